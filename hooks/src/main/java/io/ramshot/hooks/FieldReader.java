package io.ramshot.hooks;

import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts captured fields back into one object: reads and checks all of them first, and changes
 * nothing if one does not fit.
 *
 * <p>Arrays keep their places: an array of the saved length is filled, because others may hold it
 * too; one of another length is replaced. Fields that held one array hold one array again.
 */
final class FieldReader {

  /** What a JVM allows. */
  private static final int MAX_DIMENSIONS = 255;

  /** Of a value in a message, in characters. */
  private static final int MAX_SHOWN = 100;

  /** A value that may be in a field, before it is known where it goes. */
  private sealed interface Value {}

  private record Plain(Object value) implements Value {}

  private record Atomic(Object value) implements Value {}

  private record Constant(String type, String name) implements Value {}

  private record Same(String owner, int id) implements Value {}

  private record Ram(String name) implements Value {}

  private record Other(String participant) implements Value {}

  /**
   * @param bytes of a flat array, else null
   * @param parts of an array of arrays, else null
   */
  private record ArrayOf(int id, Class<?> type, int length, ByteBuffer bytes, List<Value> parts)
      implements Value {}

  /** Something to do once all is checked. */
  private interface Change {
    void make() throws IllegalAccessException;
  }

  private final String owner;
  private final StateSpec spec;
  private final FieldPlan plan;
  private final FieldLinks links;
  private final FieldArrays loaded;
  private final List<ArrayOf> arrays = new ArrayList<>();
  private final List<Object> targets = new ArrayList<>();
  private final Set<Object> taken = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Change> changes = new ArrayList<>();

  FieldReader(String owner, StateSpec spec, FieldPlan plan, FieldLinks links, FieldArrays loaded) {
    this.owner = owner;
    this.spec = spec;
    this.plan = plan;
    this.links = links;
    this.loaded = loaded;
  }

  void load(Object instance, byte[] state) throws IOException, IllegalAccessException {
    Map<String, Value> values;
    try {
      values = read(ByteBuffer.wrap(state).asReadOnlyBuffer());
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw damaged();
    }
    loaded.beginLoad(owner);
    targets.addAll(Collections.nCopies(arrays.size(), null));
    // What cannot be replaced chooses its arrays first, then what is reached through arrays.
    List<FieldPlan.Slot> slots = new ArrayList<>(plan.slots());
    slots.sort(
        Comparator.comparing((FieldPlan.Slot s) -> !s.isFinal())
            .thenComparing(s -> !(s.type().isArray() && s.type().getComponentType().isArray())));
    for (FieldPlan.Slot slot : slots) {
      bind(slot, values.get(slot.name()), instance);
    }
    for (Change change : changes) {
      change.make();
    }
    loaded.load(owner, targets);
  }

  private void bind(FieldPlan.Slot slot, Value value, Object instance)
      throws IOException, IllegalAccessException {
    Field field = slot.field();
    Object existing = field.get(instance);
    Object target = bind(value, existing, slot);
    Class<?> type = MethodType.methodType(slot.type()).wrap().returnType();
    if (target == null ? slot.type().isPrimitive() : !type.isInstance(target)) {
      throw damaged();
    }
    if (!slot.isFinal()) {
      changes.add(() -> field.set(instance, target));
      return;
    }
    boolean plain = value instanceof Plain || value instanceof Constant;
    if (plain ? !Objects.equals(target, existing) : target != existing) {
      throw new IOException(
          "%s is final and cannot be put back: it was %s; start the guest as it was started, or leave the field with state=%s"
              .formatted(
                  slot.name(),
                  plain
                      ? printable(target) + " and is " + printable(existing)
                      : value instanceof ArrayOf array
                              && existing != null
                              && array.length() != Array.getLength(existing)
                          ? array.length() + " elements and is " + Array.getLength(existing)
                          : "another object",
                  FieldPlan.leaving(spec, List.of(field.getName()))));
    }
  }

  /** What is to be where {@code existing} is. */
  private Object bind(Value value, Object existing, FieldPlan.Slot slot) throws IOException {
    if (value instanceof Plain plain) {
      return plain.value();
    } else if (value instanceof Atomic atomic) {
      return bindAtomic(atomic.value(), existing);
    } else if (value instanceof Constant constant) {
      return constant(constant, slot);
    } else if (value instanceof Other other) {
      Object object = links.participant(other.participant());
      if (object == null) {
        throw new IOException(
            slot.name() + " was " + other.participant() + ", which this guest does not have");
      }
      return object;
    } else if (value instanceof Ram ram) {
      Object array = links.ram(ram.name());
      if (array == null) {
        throw new IOException(
            slot.name() + " was guest RAM " + ram.name() + ", which this guest does not have");
      }
      return array;
    } else if (value instanceof Same same && !same.owner().isEmpty()) {
      Object array = loaded.loaded(same.owner(), same.id());
      if (array == null) {
        throw new IOException(
            slot.name()
                + " shared an array with "
                + same.owner()
                + ", which has not been restored");
      }
      return array;
    }
    if (value instanceof Same same && (same.id() < 0 || same.id() >= arrays.size())) {
      throw damaged();
    }
    ArrayOf array = value instanceof Same same ? arrays.get(same.id()) : (ArrayOf) value;
    return bindArray(array, existing, slot);
  }

  private Object bindArray(ArrayOf array, Object existing, FieldPlan.Slot slot) throws IOException {
    Object bound = targets.get(array.id());
    if (bound != null) {
      return bound;
    }
    boolean fits =
        existing != null
            && existing.getClass() == array.type()
            && Array.getLength(existing) == array.length()
            && !taken.contains(existing)
            && !loaded.isLoaded(existing)
            && links.ramOf(existing) == null;
    Object target =
        fits ? existing : Array.newInstance(array.type().getComponentType(), array.length());
    targets.set(array.id(), target);
    taken.add(target);
    if (array.bytes() != null) {
      changes.add(() -> fill(target, array.bytes()));
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
      changes.add(() -> parts[at] = part);
    }
    return target;
  }

  /** Before it is bound: parts have a dimension less, so that binding them comes to an end. */
  private void requirePart(Value part, Class<?> type) throws IOException {
    ArrayOf array = null;
    if (part instanceof ArrayOf own) {
      array = own;
    } else if (part instanceof Same same && same.owner().isEmpty()) {
      array = same.id() < 0 || same.id() >= arrays.size() ? null : arrays.get(same.id());
    }
    if (array != null && array.type() != type) {
      throw damaged();
    }
  }

  private Object bindAtomic(Object value, Object existing) throws IOException {
    if (value instanceof Integer i) {
      AtomicInteger atomic = existing instanceof AtomicInteger a ? a : new AtomicInteger();
      changes.add(() -> atomic.set(i));
      return atomic;
    } else if (value instanceof Long l) {
      AtomicLong atomic = existing instanceof AtomicLong a ? a : new AtomicLong();
      changes.add(() -> atomic.set(l));
      return atomic;
    } else if (value instanceof Boolean b) {
      AtomicBoolean atomic = existing instanceof AtomicBoolean a ? a : new AtomicBoolean();
      changes.add(() -> atomic.set(b));
      return atomic;
    }
    throw damaged();
  }

  private static Object constant(Constant constant, FieldPlan.Slot slot) throws IOException {
    try {
      // Not initialized before it is known to be an enum.
      Class<?> type =
          Class.forName(constant.type(), false, slot.field().getDeclaringClass().getClassLoader());
      if (type.isEnum() && slot.type().isAssignableFrom(type)) {
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

  private Map<String, Value> read(ByteBuffer in) throws IOException {
    if (in.get() != FieldCodes.MAGIC) {
      throw new IOException(
          "the image has a state that methods saved: give the state= option the machine was saved"
              + " with");
    }
    byte version = in.get();
    if (version != FieldCodes.VERSION) {
      throw new IOException(
          "the image has fields in version "
              + version
              + ", this build reads version "
              + FieldCodes.VERSION
              + ": use the ramshot that wrote it");
    }
    Map<String, FieldPlan.Slot> wanted = new LinkedHashMap<>();
    plan.slots().forEach(slot -> wanted.put(slot.name(), slot));
    Map<String, Value> values = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (int count = in.getChar(); count > 0; count--) {
      String name = text(in);
      String type = text(in);
      FieldPlan.Slot slot = wanted.remove(name);
      values.put(name, value(in, type, MAX_DIMENSIONS + 1));
      if (slot == null) {
        unknown.add(name);
      } else if (!slot.type().getName().equals(type)) {
        throw new IOException(
            "%s was a %s and is a %s: is it the same version of the host?"
                .formatted(name, type, slot.type().getName()));
      }
    }
    if (in.hasRemaining()) {
      throw damaged();
    }
    if (!unknown.isEmpty() || !wanted.isEmpty()) {
      throw new IOException(
          (unknown.isEmpty()
                  ? ""
                  : "the image has "
                      + String.join(", ", unknown)
                      + ", which state="
                      + spec
                      + " does not capture")
              + (unknown.isEmpty() || wanted.isEmpty() ? "" : "; ")
              + (wanted.isEmpty() ? "" : "the image lacks " + String.join(", ", wanted.keySet()))
              + ": give the state= option the machine was saved with, for the same version of the"
              + " host");
    }
    return values;
  }

  private Value value(ByteBuffer in, String type, int outer) throws IOException {
    byte code = in.get();
    return switch (code) {
      case FieldCodes.PRIMITIVE -> new Plain(primitive(in, primitiveCode(type)));
      case FieldCodes.NULL -> new Plain(null);
      case FieldCodes.BOXED -> new Plain(primitive(in, (char) in.get()));
      case FieldCodes.ATOMIC -> new Atomic(primitive(in, (char) in.get()));
      case FieldCodes.STRING -> new Plain(string(in, in.getInt()));
      case FieldCodes.ENUM -> new Constant(text(in), text(in));
      case FieldCodes.ARRAY -> array(in, outer);
      case FieldCodes.SAME -> new Same(text(in), in.getInt());
      case FieldCodes.RAM -> new Ram(text(in));
      case FieldCodes.PARTICIPANT -> new Other(text(in));
      default -> throw damaged();
    };
  }

  private char primitiveCode(String type) throws IOException {
    for (char code : "ZBCSIJFD".toCharArray()) {
      if (FieldCodes.primitive(code).getName().equals(type)) {
        return code;
      }
    }
    throw damaged();
  }

  private static Object primitive(ByteBuffer in, char type) {
    return switch (type) {
      case 'Z' -> in.get() != 0;
      case 'B' -> in.get();
      case 'C' -> in.getChar();
      case 'S' -> in.getShort();
      case 'I' -> in.getInt();
      case 'J' -> in.getLong();
      case 'F' -> in.getFloat();
      case 'D' -> in.getDouble();
      default -> throw new IllegalArgumentException("no primitive type " + type);
    };
  }

  /**
   * @param outer dimensions of the array that this is a part of
   */
  private Value array(ByteBuffer in, int outer) throws IOException {
    String name = text(in);
    int dimensions = name.lastIndexOf('[') + 1;
    if (dimensions < 1 || dimensions >= outer || name.length() != dimensions + 1) {
      throw damaged();
    }
    char element = name.charAt(dimensions);
    Class<?> type = FieldCodes.primitive(element);
    for (int i = 0; i < dimensions; i++) {
      type = type.arrayType();
    }
    int length = in.getInt();
    int id = arrays.size();
    // Its number counts from before its parts.
    arrays.add(null);
    ArrayOf array;
    if (dimensions == 1) {
      long bytes = (long) length * FieldCodes.size(element);
      if (length < 0 || bytes > in.remaining()) {
        throw damaged();
      }
      array = new ArrayOf(id, type, length, in.slice(in.position(), (int) bytes), null);
      in.position(in.position() + (int) bytes);
    } else {
      if (length < 0 || length > in.remaining()) {
        throw damaged();
      }
      List<Value> parts = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        Value part = value(in, "", dimensions);
        if (!(part instanceof ArrayOf
            || part instanceof Same
            || part instanceof Ram
            || part.equals(new Plain(null)))) {
          throw damaged();
        }
        parts.add(part);
      }
      array = new ArrayOf(id, type, length, null, parts);
    }
    arrays.set(id, array);
    return array;
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

  /** A name: it is looked up, and stands in messages. */
  private static String text(ByteBuffer in) {
    String text = string(in, in.getChar());
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new IllegalArgumentException("no name");
      }
    }
    return text;
  }

  /** For one line. */
  private static String printable(Object value) {
    String text = String.valueOf(value);
    String start = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  private static String string(ByteBuffer in, int bytes) {
    if (bytes < 0 || bytes > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[bytes];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private IOException damaged() {
    return new IOException(
        "the fields of " + owner + " in the image are damaged: take another one");
  }
}
