package io.ramshot.hooks;

import io.ramshot.hooks.fields.ChangingException;
import io.ramshot.hooks.fields.Containers;
import io.ramshot.hooks.fields.FieldCodes;
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
  private final Containers containers;
  private final StateSpec spec;
  private ByteBuffer out;
  private int heldCount;
  private byte version = FieldCodes.VERSION;

  /**
   * @param bytes how many it will be, as far as is known
   */
  FieldWriter(
      String owner,
      StateSpec spec,
      FieldLinks links,
      FieldArrays arrays,
      Containers containers,
      int bytes) {
    this.owner = owner;
    this.spec = spec;
    this.containers = containers;
    this.links = links;
    this.arrays = arrays;
    out = ByteBuffer.allocate(bytes);
  }

  /**
   * @throws IOException if a field holds what cannot be captured
   */
  byte[] write(FieldPlan plan, Object instance) throws IOException, IllegalAccessException {
    room(4).put(FieldCodes.MAGIC).put(version).putChar((char) plan.slots().size());
    for (FieldPlan.Slot slot : plan.slots()) {
      room(slot.head().length).put(slot.head());
      if (slot.type() == long.class) {
        number(slot.field().getLong(instance), slot);
      } else if (slot.type().isPrimitive()) {
        room(9).put(FieldCodes.PRIMITIVE);
        primitive(slot.field(), instance);
      } else {
        value(slot.field().get(instance), slot);
      }
    }
    out.put(1, version);
    return Arrays.copyOf(out.array(), out.position());
  }

  /** What looks like an address of guest RAM is one only if the reader finds so. */
  private void number(long value, FieldPlan.Slot slot) throws IOException {
    boolean isNumber = value == 0 || spec.numbers().contains(slot.field().getName());
    RamPlace place = isNumber ? null : links.placeOf(value);
    if (place == null) {
      room(9).put(FieldCodes.PRIMITIVE).putLong(value);
      return;
    }
    version = FieldCodes.VERSION_2;
    room(1).put(FieldCodes.ADDRESS);
    text(place.block());
    room(16).putLong(place.offset()).putLong(value);
  }

  private void primitive(Field field, Object instance) throws IllegalAccessException {
    Class<?> type = field.getType();
    if (type == int.class) {
      out.putInt(field.getInt(instance));
    } else if (type == boolean.class) {
      out.put((byte) (field.getBoolean(instance) ? 1 : 0));
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
    } else if (Containers.isKnown(value.getClass().getName())) {
      container(value, slot);
    } else {
      String participant = links.participantOf(value);
      if (participant == null) {
        throw new FieldRefusedException(slot, FieldRefusals.of(value, links, containers));
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

  private void container(Object container, FieldPlan.Slot slot) throws IOException {
    if (toldBefore(container)) {
      return;
    }
    Object[] contents;
    try {
      contents = containers.contents(container);
    } catch (ChangingException e) {
      throw new IOException(
          slot.name()
              + " was changed all the while it was saved: take the snapshot again, and have gate="
              + " or freeze=threads stop the thread that changes it",
          e);
    }
    String refusal = Containers.refusal(container);
    refusal = refusal == null ? FieldRefusals.ofContents(container, contents, links) : refusal;
    if (refusal != null) {
      throw new FieldRefusedException(slot, refusal);
    }
    version = FieldCodes.VERSION_2;
    arrays.save(container, owner, heldCount++);
    room(1).put(FieldCodes.CONTAINER);
    text(container.getClass().getName());
    room(4).putInt(contents.length);
    for (Object each : contents) {
      value(each, slot);
    }
  }

  /** Writes where an array or container has been told already, if it has. */
  private boolean toldBefore(Object object) throws IOException {
    FieldArrays.Name name = arrays.name(object);
    if (name == null) {
      return false;
    }
    room(1).put(FieldCodes.SAME);
    text(name.owner().equals(owner) ? "" : name.owner());
    room(4).putInt(name.id());
    return true;
  }

  private void array(Object array) throws IOException {
    if (toldBefore(array)) {
      return;
    }
    String ram = links.ramOf(array);
    if (ram != null) {
      room(1).put(FieldCodes.RAM);
      text(ram);
    } else {
      arrays.save(array, owner, heldCount++);
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
