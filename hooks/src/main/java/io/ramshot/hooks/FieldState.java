package io.ramshot.hooks;

import io.ramshot.hooks.fields.ConstantFields;
import io.ramshot.hooks.fields.Containers;
import io.ramshot.hooks.fields.FieldCodes;
import io.ramshot.hooks.fields.RandomState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
  private final Containers containers;
  private final Consumer<String> warnings;

  /** Fields of which it has been said that they may be addresses. */
  private final Set<String> toldAddresses = new HashSet<>();

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
    this.warnings = warnings;
    containers = new Containers(new RandomState(field -> access.to(field, Random.class)));
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
    FieldRefusals refusals = new FieldRefusals(spec, links, containers);
    for (FieldPlan.Slot slot : plan.slots()) {
      refusals.check(slot, instance);
    }
    if (!refusals.isEmpty()) {
      throw new IOException(refusals.message());
    }
    tellAddresses(instance);
    if (!isWarm) {
      tellFinals(instance);
      warm(instance);
    }
  }

  /** For the size, and so that the pause has no class to load and little code to compile. */
  private void warm(Object instance) throws IllegalAccessException {
    try {
      write(instance, new FieldArrays());
      isWarm = true;
    } catch (IOException e) {
      // The guest runs; what its fields hold in the freeze decides.
    }
  }

  /** A number that may be an address blocks no snapshot, but a restore will have to know. */
  private void tellAddresses(Object instance) throws IllegalAccessException {
    for (FieldPlan.Slot slot : plan.slots()) {
      String field = slot.field().getName();
      if (slot.type() != long.class
          || spec.numbers().contains(field)
          || spec.addresses().contains(field)) {
        continue;
      }
      long value = slot.field().getLong(instance);
      RamPlace place = value == 0 ? null : links.placeOf(value);
      if (place != null && place.offset() != 0 && toldAddresses.add(field)) {
        warnings.accept(
            "%s is 0x%x, inside guest RAM %s, so a restore will ask what it is: say it now, with state=%s for an address, which moves with the RAM, or state=%s for a number, such as a register"
                .formatted(
                    slot.name(),
                    value,
                    place.block(),
                    spec.withAddresses(List.of(field)),
                    spec.withNumbers(List.of(field))));
      }
    }
  }

  /** Final fields that are no constants are compared by a restore, which cannot change them. */
  private void tellFinals(Object instance) throws IllegalAccessException {
    List<String> finals = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Map<Class<?>, Set<String>> constants = new HashMap<>();
    for (FieldPlan.Slot slot : plan.slots()) {
      Class<?> declaring = slot.field().getDeclaringClass();
      Object value = slot.isFinal() ? slot.field().get(instance) : null;
      if (isCompared(value)
          && !constants
              .computeIfAbsent(declaring, ConstantFields::of)
              .contains(slot.field().getName())) {
        finals.add(slot.name());
        names.add(slot.field().getName());
      }
    }
    if (!finals.isEmpty()) {
      warnings.accept(
          "state=%s: a restore cannot set the final %s, so it goes on only where the host gives each the same value; one that each start makes anew, leave as it is made: with state=%s, here or at the restore"
              .formatted(spec, FieldRefusals.cut(finals), spec.leaving(names.subList(0, 1))));
    }
  }

  /** Addresses move, and then are compared. */
  private boolean isCompared(Object value) {
    if (value instanceof Long number && number != 0) {
      RamPlace place = links.placeOf(number);
      return place == null || place.offset() != 0;
    }
    return value instanceof String || value != null && FieldCodes.ofBoxed(value) != 0;
  }

  @Override
  public byte[] save(Object instance) throws IOException, IllegalAccessException {
    links.refresh();
    return write(instance, arrays);
  }

  private byte[] write(Object instance, FieldArrays known)
      throws IOException, IllegalAccessException {
    try {
      byte[] state =
          new FieldWriter(name, spec, links, known, containers, bytes).write(plan, instance);
      bytes = Math.max(FIRST_BYTES, state.length + state.length / 8);
      return state;
    } catch (FieldRefusedException e) {
      throw new IOException(FieldRefusals.ofObjects(spec, e.getMessage(), List.of(e.field())), e);
    }
  }

  @Override
  public void load(Object instance, byte[] state) throws IOException, IllegalAccessException {
    links.refresh();
    new FieldReader(name, spec, plan, links, arrays, containers).load(instance, state);
  }
}
