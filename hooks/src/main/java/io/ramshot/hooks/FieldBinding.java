package io.ramshot.hooks;

import io.ramshot.hooks.fields.ChangingException;
import io.ramshot.hooks.fields.Containers;
import io.ramshot.hooks.fields.FieldImage;
import io.ramshot.hooks.fields.FieldValue;
import io.ramshot.hooks.fields.FieldValue.ArrayOf;
import io.ramshot.hooks.fields.FieldValue.Container;
import io.ramshot.hooks.fields.FieldValue.Held;
import io.ramshot.hooks.fields.FieldValue.Same;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Finds the objects of a host for the values of an image, and notes what is to be done to them once
 * all of them are known to fit.
 *
 * <p>Arrays keep their places: an array of the saved length is filled, because others may hold it
 * too; one of another length is replaced. So do containers of the saved class. Fields that held one
 * array or container hold one again.
 */
final class FieldBinding {

  /** Something to do once all is checked. */
  interface Change {
    void make() throws IllegalAccessException;
  }

  private static final Object[] NONE = {};

  private final FieldImage image;
  private final FieldLinks links;
  private final FieldArrays loaded;
  private final Containers containers;
  private final List<Object> targets;
  private final Set<Object> taken = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Change> changes = new ArrayList<>();

  FieldBinding(FieldImage image, FieldLinks links, FieldArrays loaded, Containers containers) {
    this.image = image;
    this.links = links;
    this.loaded = loaded;
    this.containers = containers;
    targets = new ArrayList<>(Collections.nCopies(image.held().size(), null));
  }

  IOException damaged() {
    return image.damaged();
  }

  void add(Change change) {
    changes.add(change);
  }

  void make() throws IllegalAccessException {
    for (Change change : changes) {
      change.make();
    }
  }

  /** The arrays and containers that are there, by number. */
  List<Object> targets() {
    return targets;
  }

  /** The array or container of this image that a value is, or null. */
  Held held(FieldValue value) {
    if (value instanceof Same same && same.owner().isEmpty()) {
      return same.id() < 0 || same.id() >= targets.size() ? null : image.held().get(same.id());
    }
    return value instanceof Held held ? held : null;
  }

  /** What is to be where {@code existing} is. */
  Object bind(FieldValue value, Object existing, FieldPlan.Slot slot) throws IOException {
    if (value instanceof FieldValue.Plain plain) {
      return plain.value();
    } else if (value instanceof FieldValue.Atomic atomic) {
      return bindAtomic(atomic.value(), existing);
    } else if (value instanceof FieldValue.Constant constant) {
      return constant(constant, slot, false);
    } else if (value instanceof FieldValue.Other other) {
      return there(links.participant(other.participant()), slot, other.participant());
    } else if (value instanceof FieldValue.Ram ram) {
      return there(links.ram(ram.name()), slot, "guest RAM " + ram.name());
    } else if (value instanceof Same same && !same.owner().isEmpty()) {
      Object shared = loaded.loaded(same.owner(), same.id());
      if (shared == null) {
        throw new IOException(
            "%s shared an array or a collection with a field of %s, which has not been restored: leave both, or none of them"
                .formatted(slot.name(), same.owner()));
      }
      return shared;
    }
    Held held = held(value);
    if (held instanceof ArrayOf array) {
      return bindArray(array, existing, slot);
    } else if (held instanceof Container container) {
      return bindContainer(container, existing, slot);
    }
    throw damaged();
  }

  private static Object there(Object object, FieldPlan.Slot slot, String name) throws IOException {
    if (object == null) {
      throw new IOException(slot.name() + " was " + name + ", which this guest does not have");
    }
    return object;
  }

  private boolean isFree(Object existing) {
    return existing != null && !taken.contains(existing) && !loaded.isLoaded(existing);
  }

  private Object bindArray(ArrayOf array, Object existing, FieldPlan.Slot slot) throws IOException {
    Object bound = targets.get(array.id());
    if (bound != null) {
      return bound;
    }
    boolean fits =
        isFree(existing)
            && existing.getClass() == array.type()
            && Array.getLength(existing) == array.length()
            && links.ramOf(existing) == null;
    Object target =
        fits ? existing : Array.newInstance(array.type().getComponentType(), array.length());
    targets.set(array.id(), target);
    taken.add(target);
    if (array.bytes() != null) {
      add(() -> fill(target, array.bytes()));
      return target;
    }
    Object[] parts = (Object[]) target;
    for (int i = 0; i < parts.length; i++) {
      requirePart(array.parts().get(i), array.type().getComponentType());
      Object part = bind(array.parts().get(i), parts[i], slot);
      if (part != null && !array.type().getComponentType().isInstance(part)) {
        throw damaged();
      }
      int at = i;
      add(() -> parts[at] = part);
    }
    return target;
  }

  /** Before it is bound: parts have a dimension less, so that binding them comes to an end. */
  private void requirePart(FieldValue part, Class<?> type) throws IOException {
    Held held = held(part);
    if (held != null && !(held instanceof ArrayOf array && array.type() == type)) {
      throw damaged();
    }
  }

  private Object bindContainer(Container container, Object existing, FieldPlan.Slot slot)
      throws IOException {
    Object bound = targets.get(container.id());
    if (bound != null) {
      return bound;
    }
    boolean fits = isFree(existing) && existing.getClass().getName().equals(container.type());
    Object target = fits ? existing : Containers.create(container.type());
    targets.set(container.id(), target);
    taken.add(target);
    Object[] now = fits ? contents(existing) : NONE;
    Map<Object, Object> valuesNow = fits && existing instanceof Map ? byKey(now) : Map.of();
    Object[] contents = new Object[container.contents().size()];
    for (int i = 0; i < contents.length; i++) {
      FieldValue value = container.contents().get(i);
      if (held(value) instanceof Container) {
        throw damaged(); // none is within another, so binding them comes to an end
      }
      Object place =
          existing instanceof Collection
              ? i < now.length ? now[i] : null
              : i % 2 == 1 && Containers.mayBeKey(contents[i - 1])
                  ? valuesNow.get(contents[i - 1])
                  : null;
      contents[i] =
          value instanceof FieldValue.Constant constant
              ? constant(constant, slot, true)
              : bind(value, place, slot);
    }
    if (!Containers.takes(container.type(), contents)) {
      throw damaged();
    }
    add(() -> containers.refill(target, contents));
    return target;
  }

  private Object[] contents(Object existing) {
    try {
      return containers.contents(existing);
    } catch (ChangingException | IllegalStateException e) {
      return NONE; // What it holds is replaced, not filled.
    }
  }

  private static Map<Object, Object> byKey(Object[] contents) {
    Map<Object, Object> values = new HashMap<>();
    for (int i = 0; i < contents.length; i += 2) {
      if (Containers.mayBeKey(contents[i])) {
        values.put(contents[i], contents[i + 1]);
      }
    }
    return values;
  }

  private Object bindAtomic(Object value, Object existing) throws IOException {
    if (value instanceof Integer i) {
      AtomicInteger atomic = existing instanceof AtomicInteger a ? a : new AtomicInteger();
      add(() -> atomic.set(i));
      return atomic;
    } else if (value instanceof Long l) {
      AtomicLong atomic = existing instanceof AtomicLong a ? a : new AtomicLong();
      add(() -> atomic.set(l));
      return atomic;
    } else if (value instanceof Boolean b) {
      AtomicBoolean atomic = existing instanceof AtomicBoolean a ? a : new AtomicBoolean();
      add(() -> atomic.set(b));
      return atomic;
    }
    throw damaged();
  }

  private static Object constant(
      FieldValue.Constant constant, FieldPlan.Slot slot, boolean inContainer) throws IOException {
    try {
      // Not initialized before it is known to be an enum.
      Class<?> type =
          Class.forName(constant.type(), false, slot.field().getDeclaringClass().getClassLoader());
      if (type.isEnum() && (inContainer || slot.type().isAssignableFrom(type))) {
        for (Object candidate : type.getEnumConstants()) {
          if (((Enum<?>) candidate).name().equals(constant.name())) {
            return candidate;
          }
        }
      }
    } catch (ClassNotFoundException e) {
      // Said below.
    }
    throw new IOException(
        slot.name() + " was " + constant.type() + "." + constant.name() + ", which is not there");
  }

  private static void fill(Object target, ByteBuffer bytes) {
    if (target instanceof byte[] a) {
      bytes.duplicate().get(a);
    } else if (target instanceof boolean[] a) {
      for (int i = 0; i < a.length; i++) {
        a[i] = bytes.get(i) != 0;
      }
    } else if (target instanceof int[] a) {
      bytes.asIntBuffer().get(a);
    } else if (target instanceof short[] a) {
      bytes.asShortBuffer().get(a);
    } else if (target instanceof char[] a) {
      bytes.asCharBuffer().get(a);
    } else if (target instanceof long[] a) {
      bytes.asLongBuffer().get(a);
    } else if (target instanceof float[] a) {
      bytes.asFloatBuffer().get(a);
    } else {
      bytes.asDoubleBuffer().get((double[]) target);
    }
  }
}
