package io.ramshot.hooks;

import io.ramshot.hooks.fields.Containers;
import io.ramshot.hooks.fields.FieldCodes;
import io.ramshot.hooks.fields.FieldImage;
import io.ramshot.hooks.fields.FieldValue;
import io.ramshot.hooks.fields.FieldValue.ArrayOf;
import io.ramshot.hooks.fields.FieldValue.Container;
import io.ramshot.hooks.fields.FieldValue.Held;
import io.ramshot.hooks.fields.FieldValue.Plain;
import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts captured fields back into one object: reads and checks all of them first, and changes
 * nothing if one does not fit.
 */
final class FieldReader {

  /** Of a value in a message, in characters. */
  private static final int MAX_SHOWN = 100;

  private final String owner;
  private final StateSpec spec;
  private final FieldPlan plan;
  private final FieldLinks links;
  private final FieldArrays loaded;
  private final Containers containers;

  FieldReader(
      String owner,
      StateSpec spec,
      FieldPlan plan,
      FieldLinks links,
      FieldArrays loaded,
      Containers containers) {
    this.owner = owner;
    this.spec = spec;
    this.plan = plan;
    this.links = links;
    this.loaded = loaded;
    this.containers = containers;
  }

  void load(Object instance, byte[] state) throws IOException, IllegalAccessException {
    FieldImage image = FieldImage.read(state, owner);
    Map<FieldPlan.Slot, FieldValue> values = values(image);
    loaded.beginLoad(owner);
    FieldBinding binding = new FieldBinding(image, links, loaded, containers);
    // What cannot be replaced chooses its arrays first, then what is reached through others.
    List<Map.Entry<FieldPlan.Slot, FieldValue>> order = new ArrayList<>(values.entrySet());
    order.sort(
        Comparator.comparing((Map.Entry<FieldPlan.Slot, FieldValue> e) -> !e.getKey().isFinal())
            .thenComparing(e -> rank(e.getKey().type(), e.getValue())));
    for (Map.Entry<FieldPlan.Slot, FieldValue> entry : order) {
      bind(entry.getKey(), entry.getValue(), instance, binding);
    }
    binding.make();
    loaded.load(owner, binding.targets());
  }

  private static int rank(Class<?> type, FieldValue value) {
    return value instanceof Container
        ? 2
        : type.isArray() && type.getComponentType().isArray() ? 0 : 1;
  }

  private void bind(FieldPlan.Slot slot, FieldValue value, Object instance, FieldBinding binding)
      throws IOException, IllegalAccessException {
    Field field = slot.field();
    Object existing = field.get(instance);
    Object target =
        value instanceof FieldValue.Address address
            ? number(address, slot)
            : binding.bind(value, existing, slot);
    Class<?> type = MethodType.methodType(slot.type()).wrap().returnType();
    if (target == null ? slot.type().isPrimitive() : !type.isInstance(target)) {
      throw binding.damaged();
    }
    if (!slot.isFinal()) {
      binding.add(() -> field.set(instance, target));
      return;
    }
    boolean plain =
        value instanceof Plain
            || value instanceof FieldValue.Constant
            || value instanceof FieldValue.Address;
    if (plain ? !Objects.equals(target, existing) : target != existing) {
      throw new IOException(
          "%s is final and cannot be put back: it was %s; start the guest as it was started, or leave the field as this JVM made it, with state=%s at this restore"
              .formatted(
                  slot.name(),
                  difference(plain, value, target, existing, binding),
                  spec.leaving(List.of(field.getName()))));
    }
  }

  private static String difference(
      boolean plain, FieldValue value, Object target, Object existing, FieldBinding binding) {
    if (plain) {
      return printable(target) + " and is " + printable(existing);
    }
    Held held = binding.held(value);
    if (held instanceof ArrayOf array
        && existing != null
        && existing.getClass().isArray()
        && array.length() != Array.getLength(existing)) {
      return array.length() + " elements and is " + Array.getLength(existing);
    }
    return held instanceof Container container
        ? "a " + container.type() + " and is " + (existing == null ? "null" : "another one")
        : "another object";
  }

  /** A long that was inside of guest RAM: its place there now, or the number it was. */
  private Long number(FieldValue.Address was, FieldPlan.Slot slot) throws IOException {
    String name = slot.field().getName();
    if (spec.numbers().contains(name)) {
      return was.value();
    }
    Long block = links.addressOf(was.block());
    boolean isAddress = was.offset() == 0 || spec.addresses().contains(name);
    if (block != null && (isAddress || block + was.offset() == was.value())) {
      return block + was.offset();
    }
    throw new IOException(
        (block == null
                ? "%s was 0x%x, an address of guest RAM %s, which this guest does not have: leave it as this JVM made it, with state=%s, or"
                    .formatted(slot.name(), was.value(), was.block(), spec.leaving(List.of(name)))
                : "%s was 0x%x, inside guest RAM %s, which is elsewhere now: if it is an address, have it moved with state=%s;"
                    .formatted(
                        slot.name(), was.value(), was.block(), spec.withAddresses(List.of(name))))
            + " if it is a number, such as a register, write state="
            + spec.withNumbers(List.of(name)));
  }

  /** What goes where. Fields that the options leave may stand in the image. */
  private Map<FieldPlan.Slot, FieldValue> values(FieldImage image) throws IOException {
    Map<String, FieldImage.Entry> fields = new LinkedHashMap<>(image.fields());
    Map<FieldPlan.Slot, FieldValue> values = new LinkedHashMap<>();
    List<String> lacking = new ArrayList<>();
    List<String> lackingFields = new ArrayList<>();
    for (FieldPlan.Slot slot : plan.slots()) {
      FieldImage.Entry entry = fields.remove(slot.name());
      if (entry == null) {
        lacking.add(slot.name());
        lackingFields.add(slot.field().getName());
      } else if (!entry.type().equals(slot.type().getName())) {
        throw new IOException(
            "%s was a %s and is a %s: is it the same version of the host?"
                .formatted(slot.name(), entry.type(), slot.type().getName()));
      } else {
        values.put(slot, entry.value());
      }
    }
    fields.keySet().removeIf(name -> spec.left().contains(simple(name)));
    List<String> problems = new ArrayList<>();
    if (!fields.isEmpty()) {
      problems.add(
          "the image has "
              + String.join(", ", fields.keySet())
              + ", which state="
              + spec
              + " does not capture");
    }
    if (!lacking.isEmpty()) {
      problems.add("the image lacks " + String.join(", ", lacking));
    }
    if (!problems.isEmpty()) {
      throw new IOException(
          String.join("; ", problems)
              + ": give the state= option the machine was saved with, for the same version of the"
              + " host"
              + (lacking.isEmpty() || !fields.isEmpty()
                  ? ""
                  : ", or leave them as this JVM made them, with state="
                      + spec.leaving(lackingFields)));
    }
    return values;
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** For one line. */
  private static String printable(Object value) {
    boolean shown =
        value == null
            || value instanceof String
            || value instanceof Enum
            || FieldCodes.ofBoxed(value) != 0;
    String text = shown ? String.valueOf(value) : "a " + value.getClass().getTypeName();
    String start = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
