package io.ramshot.hooks;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Writes the captured fields of one object. */
final class FieldWriter {

  /** Beyond this it is RAM, and belongs into a block; in bytes. */
  private static final int MAX_BYTES = 1 << 30;

  private final String owner;
  private final FieldLinks links;
  private final FieldArrays arrays;
  private ByteBuffer out;
  private int arrayCount;

  /**
   * @param bytes how many it will be, as far as is known
   */
  FieldWriter(String owner, FieldLinks links, FieldArrays arrays, int bytes) {
    this.owner = owner;
    this.links = links;
    this.arrays = arrays;
    out = ByteBuffer.allocate(bytes);
  }

  /**
   * @throws IOException if a field holds what cannot be captured
   */
  byte[] write(FieldPlan plan, Object instance) throws IOException, IllegalAccessException {
    room(4).put(FieldCodes.MAGIC).put(FieldCodes.VERSION).putChar((char) plan.slots().size());
    for (FieldPlan.Slot slot : plan.slots()) {
      room(slot.head().length).put(slot.head());
      if (slot.type().isPrimitive()) {
        room(9).put(FieldCodes.PRIMITIVE);
        primitive(slot.field(), instance);
      } else {
        value(slot.field().get(instance), slot);
      }
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private void primitive(Field field, Object instance) throws IllegalAccessException {
    Class<?> type = field.getType();
    if (type == int.class) {
      out.putInt(field.getInt(instance));
    } else if (type == boolean.class) {
      out.put((byte) (field.getBoolean(instance) ? 1 : 0));
    } else if (type == long.class) {
      out.putLong(field.getLong(instance));
    } else {
      boxed(field.get(instance));
    }
  }

  /** There is room for it. */
  private void boxed(Object value) {
    switch (FieldCodes.ofBoxed(value)) {
      case 'Z' -> out.put((byte) ((Boolean) value ? 1 : 0));
      case 'B' -> out.put((Byte) value);
      case 'S' -> out.putShort((Short) value);
      case 'C' -> out.putChar((Character) value);
      case 'I' -> out.putInt((Integer) value);
      case 'F' -> out.putFloat((Float) value);
      case 'J' -> out.putLong((Long) value);
      default -> out.putDouble((Double) value);
    }
  }

  private void value(Object value, FieldPlan.Slot slot) throws IOException {
    if (value == null) {
      room(1).put(FieldCodes.NULL);
    } else if (FieldPlan.isPrimitiveArray(value.getClass())) {
      array(value);
    } else if (value instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      room(5 + bytes.length).put(FieldCodes.STRING).putInt(bytes.length).put(bytes);
    } else if (value instanceof Enum<?> constant) {
      room(1).put(FieldCodes.ENUM);
      text(constant.getDeclaringClass().getName());
      text(constant.name());
    } else if (FieldCodes.ofBoxed(value) != 0) {
      room(10).put(FieldCodes.BOXED).put((byte) FieldCodes.ofBoxed(value));
      boxed(value);
    } else if (atomic(value) != null) {
      Object inside = atomic(value);
      room(10).put(FieldCodes.ATOMIC).put((byte) FieldCodes.ofBoxed(inside));
      boxed(inside);
    } else {
      String participant = links.participantOf(value);
      if (participant == null) {
        throw new FieldRefusedException(slot, value);
      }
      room(1).put(FieldCodes.PARTICIPANT);
      text(participant);
    }
  }

  /** The value inside of an atomic variable, or null. */
  static Object atomic(Object value) {
    if (value.getClass() == AtomicInteger.class) {
      return ((AtomicInteger) value).get();
    } else if (value.getClass() == AtomicLong.class) {
      return ((AtomicLong) value).get();
    } else if (value.getClass() == AtomicBoolean.class) {
      return ((AtomicBoolean) value).get();
    }
    return null;
  }

  private void array(Object array) throws IOException {
    FieldArrays.Name name = arrays.name(array);
    String ram = name == null ? links.ramOf(array) : null;
    if (name != null) {
      room(1).put(FieldCodes.SAME);
      text(name.owner().equals(owner) ? "" : name.owner());
      room(4).putInt(name.id());
    } else if (ram != null) {
      room(1).put(FieldCodes.RAM);
      text(ram);
    } else {
      arrays.save(array, owner, arrayCount++);
      room(1).put(FieldCodes.ARRAY);
      text(array.getClass().getName());
      elements(array);
    }
  }

  private void elements(Object array) throws IOException {
    int length = java.lang.reflect.Array.getLength(array);
    room(4).putInt(length);
    if (array instanceof Object[] parts) {
      for (Object part : parts) {
        if (part == null) {
          room(1).put(FieldCodes.NULL);
        } else {
          array(part);
        }
      }
      return;
    }
    long bytes = (long) length * FieldCodes.size(array.getClass().getName().charAt(1));
    ByteBuffer room = room(bytes);
    if (array instanceof byte[] a) {
      room.put(a);
      return;
    } else if (array instanceof boolean[] a) {
      for (boolean b : a) {
        room.put((byte) (b ? 1 : 0));
      }
      return;
    } else if (array instanceof int[] a) {
      room.asIntBuffer().put(a);
    } else if (array instanceof short[] a) {
      room.asShortBuffer().put(a);
    } else if (array instanceof char[] a) {
      room.asCharBuffer().put(a);
    } else if (array instanceof long[] a) {
      room.asLongBuffer().put(a);
    } else if (array instanceof float[] a) {
      room.asFloatBuffer().put(a);
    } else {
      room.asDoubleBuffer().put((double[]) array);
    }
    room.position(room.position() + (int) bytes);
  }

  private void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    room(2 + bytes.length).putChar((char) bytes.length).put(bytes);
  }

  private ByteBuffer room(long bytes) throws IOException {
    if (out.remaining() < bytes) {
      long wanted = Math.max(out.position() + bytes, 2L * out.capacity());
      if (out.position() + bytes > MAX_BYTES) {
        throw new IOException(
            "its fields take more than " + MAX_BYTES + " bytes: name the RAM among them with ram=");
      }
      out =
          ByteBuffer.wrap(Arrays.copyOf(out.array(), (int) Math.min(wanted, MAX_BYTES)))
              .position(out.position());
    }
    return out;
  }
}
