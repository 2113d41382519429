package io.ramshot.hooks;

import io.ramshot.hooks.fields.ChangingException;
import io.ramshot.hooks.fields.Containers;
import io.ramshot.hooks.fields.FieldCodes;
import io.ramshot.hooks.fields.NativeFields;
import java.util.ArrayList;
import java.util.List;

/** Fields of one object that cannot be captured, and what to do about them. */
final class FieldRefusals {

  /** In a line; more are counted. */
  private static final int MAX_NAMED = 6;

  private final StateSpec spec;
  private final FieldLinks links;
  private final Containers containers;

  /** Fields, and what they are. */
  private final List<String> objects = new ArrayList<>();

  private final List<String> objectNames = new ArrayList<>();

  private final List<String> handles = new ArrayList<>();
  private final List<String> handleNames = new ArrayList<>();

  /** Addresses by the options that are none. */
  private final List<String> strays = new ArrayList<>();

  private final List<String> strayNames = new ArrayList<>();

  FieldRefusals(StateSpec spec, FieldLinks links, Containers containers) {
    this.spec = spec;
    this.links = links;
    this.containers = containers;
  }

  /** Looks at a field of an object, whose guest may run. */
  void check(FieldPlan.Slot slot, Object instance) throws IllegalAccessException {
    String name = slot.field().getName();
    if (!slot.type().isPrimitive()) {
      String refusal = of(slot.field().get(instance), links, containers);
      if (refusal != null) {
        objects.add(slot.name() + " " + refusal);
        objectNames.add(name);
      }
      return;
    }
    long value = slot.type() == long.class ? slot.field().getLong(instance) : 0;
    RamPlace place = value == 0 ? null : links.placeOf(value);
    if (slot.isHandle() && (place == null || place.offset() != 0)) {
      handles.add(slot.name());
      handleNames.add(name);
    } else if (place == null && value != 0 && spec.addresses().contains(name)) {
      strays.add("%s, which is 0x%x".formatted(slot.name(), value));
      strayNames.add(name);
    }
  }

  boolean isEmpty() {
    return objects.isEmpty() && handles.isEmpty() && strays.isEmpty();
  }

  /** One line that names them all, or counts them, and ends in options to paste. */
  String message() {
    List<String> parts = new ArrayList<>();
    if (!objects.isEmpty()) {
      parts.add(ofObjects(spec, cut(objects), objectNames));
    }
    if (!handles.isEmpty()) {
      parts.add(
          ("state=%s does not take %s: a class with native methods may keep a handle or an address"
                  + " there, which is worth nothing in the next JVM; if it is a number, such as a"
                  + " register, write state=%s, else leave it as the next JVM makes it with state=%s")
              .formatted(
                  spec, cut(handles), spec.withNumbers(handleNames), spec.leaving(handleNames)));
    }
    if (!strays.isEmpty()) {
      parts.add(
          "state=%s takes as an address %s, in no guest RAM outside the heap: if it is a number, write state=%s"
              .formatted(spec, cut(strays), spec.withNumbers(strayNames)));
    }
    return String.join("\n", parts);
  }

  static String ofObjects(StateSpec spec, String fields, List<String> names) {
    return "state=%s cannot capture %s: name the classes of such objects in state= too, or leave the fields as the host makes them with state=%s"
        .formatted(spec, fields, spec.leaving(names));
  }

  /** Names for a line. */
  static String cut(List<String> names) {
    return names.size() <= MAX_NAMED
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, MAX_NAMED))
            + " and "
            + (names.size() - MAX_NAMED)
            + " more";
  }

  /** Why an object in a field cannot be captured, as in "is a java.lang.Thread"; or null. */
  static String of(Object value, FieldLinks links, Containers containers) {
    if (value == null || isPlain(value) || FieldWriter.atomic(value) != null) {
      return null;
    }
    String name = value.getClass().getTypeName();
    if (Containers.isKnown(name)) {
      String refusal = Containers.refusal(value);
      try {
        return refusal != null ? refusal : ofContents(value, containers.contents(value), links);
      } catch (ChangingException e) {
        return null; // The guest runs; what it holds in the freeze decides.
      } catch (IllegalStateException e) {
        return "is a " + name + " (" + e.getMessage() + ")";
      }
    }
    if (links.participantOf(value) != null) {
      return null;
    }
    if (NativeFields.isAddress(value.getClass())) {
      return "is a " + name + ", an address of native memory, which is another in the next JVM";
    }
    String refusal = Containers.refusal(value);
    return refusal == null ? "is a " + name : refusal;
  }

  /** The same of what a container holds. */
  static String ofContents(Object container, Object[] contents, FieldLinks links) {
    for (int i = 0; i < contents.length; i++) {
      Object each = contents[i];
      boolean isKey = Containers.isKey(container.getClass(), i);
      if (isKey
          ? !Containers.mayBeKey(each)
          : !(each == null || isPlain(each) || links.participantOf(each) != null)) {
        return "is a %s with a %s %s"
            .formatted(
                container.getClass().getName(),
                each.getClass().getTypeName(),
                isKey ? "that it hashes or compares" : "in it");
      }
    }
    return null;
  }

  private static boolean isPlain(Object value) {
    return FieldPlan.isPrimitiveArray(value.getClass())
        || value instanceof String
        || value instanceof Enum
        || FieldCodes.ofBoxed(value) != 0;
  }
}
