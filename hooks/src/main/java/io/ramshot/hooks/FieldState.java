package io.ramshot.hooks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Captures fields of an object by reflection, and puts them back in place. */
final class FieldState implements HostState {

  private static final int FIRST_BYTES = 4096;

  private final String name;
  private final StateSpec spec;
  private final FieldPlan plan;
  private final FieldLinks links;
  private final FieldArrays arrays;

  /** What the last save took, for the next; in bytes. */
  private int bytes = FIRST_BYTES;

  /** Whether it has been written once. */
  private boolean isWarm;

  /**
   * @param name the participant's
   */
  FieldState(
      String name,
      StateSpec spec,
      Class<?> type,
      Access access,
      Predicate<String> isRam,
      FieldLinks links,
      FieldArrays arrays,
      Consumer<String> warnings)
      throws IOException {
    this.name = name;
    this.spec = spec;
    this.links = links;
    this.arrays = arrays;
    plan = FieldPlan.of(type, spec, access, isRam, warnings);
  }

  /**
   * @throws IOException if fields hold what cannot be captured; the message names them all, and the
   *     option that leaves them
   */
  @Override
  public void prepare(Object instance) throws IOException, IllegalAccessException {
    arrays.clearSaved();
    links.refresh();
    List<String> refused = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (FieldPlan.Slot slot : plan.slots()) {
      String refusal = refusal(slot, instance);
      if (refusal != null) {
        refused.add(slot.name() + " " + refusal);
        names.add(slot.field().getName());
      }
    }
    if (!refused.isEmpty()) {
      throw new IOException(refusal(String.join(", ", refused), names));
    }
    if (!isWarm) {
      // For the size, and so that the pause has no class to load and little code to compile.
      write(instance, new FieldArrays());
      isWarm = true;
    }
  }

  private String refusal(String fields, List<String> names) {
    return "state=%s cannot capture %s: name the classes of such objects in state= too, or leave the fields as the host makes them with state=%s"
        .formatted(spec, fields, FieldPlan.leaving(spec, names));
  }

  /** Why a field cannot be captured now, or null. */
  private String refusal(FieldPlan.Slot slot, Object instance) throws IllegalAccessException {
    Class<?> type = slot.type();
    if (type == long.class) {
      return links.isRamAddress(slot.field().getLong(instance))
          ? "is an address of guest RAM, which is another in the next JVM"
          : null;
    }
    Object value = type.isPrimitive() ? null : slot.field().get(instance);
    if (value == null
        || FieldPlan.isPrimitiveArray(value.getClass())
        || value instanceof String
        || value instanceof Enum
        || FieldCodes.ofBoxed(value) != 0
        || FieldWriter.atomic(value) != null
        || links.participantOf(value) != null) {
      return null;
    }
    return "is a " + value.getClass().getTypeName();
  }

  @Override
  public byte[] save(Object instance) throws IOException, IllegalAccessException {
    links.refresh();
    return write(instance, arrays);
  }

  private byte[] write(Object instance, FieldArrays known)
      throws IOException, IllegalAccessException {
    try {
      byte[] state = new FieldWriter(name, links, known, bytes).write(plan, instance);
      bytes = Math.max(FIRST_BYTES, state.length + state.length / 8);
      return state;
    } catch (FieldRefusedException e) {
      throw new IOException(refusal(e.getMessage(), List.of(e.field())), e);
    }
  }

  @Override
  public void load(Object instance, byte[] state) throws IOException, IllegalAccessException {
    links.refresh();
    new FieldReader(name, spec, plan, links, arrays).load(instance, state);
  }
}
