package io.ramshot.uffd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Guest RAM in an array on the heap: the first element of every 4 KiB, and the last of all, count;
 * the others tell where they are, so that anything else that gets into an image shows.
 */
abstract class HeapRam {
  private static final int STRIDE = 4096;

  final int length;
  final int bytesEach;

  private HeapRam(int bytes, int bytesEach) {
    this.bytesEach = bytesEach;
    this.length = bytes / bytesEach;
  }

  static HeapRam of(String type, int bytes) {
    HeapRam ram =
        switch (type) {
          case "byte" -> new Bytes(bytes);
          case "int" -> new Ints(bytes);
          case "long" -> new Longs(bytes);
          default -> throw new IllegalArgumentException(type);
        };
    for (int i = 0; i < ram.length; i++) {
      ram.put(i, pattern(i));
    }
    for (int i = 0; i < ram.counters(); i++) {
      ram.put(ram.indexOf(i), 0);
    }
    return ram;
  }

  private static long pattern(int index) {
    long mixed = (index + 1) * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 29);
  }

  abstract Object array();

  abstract void drop();

  abstract void put(int index, long value);

  abstract void increment(int index);

  abstract boolean holds(ByteBuffer image, int index, long value);

  int counters() {
    return (length - 1) * bytesEach / STRIDE + 2;
  }

  int indexOf(int counter) {
    return Math.min(counter * (STRIDE / bytesEach), length - 1);
  }

  /** Increments the counter that is next after {@code done} increments. */
  void step(long done) {
    increment(indexOf((int) (done % counters())));
  }

  /**
   * What is wrong with an image, or null.
   *
   * @param done how many increments had been made at the freeze
   */
  String compare(ByteBuffer image, long done) {
    ByteBuffer bytes = image.order(ByteOrder.nativeOrder());
    int stride = STRIDE / bytesEach;
    for (int i = 0; i < length; i++) {
      boolean counts = i % stride == 0 || i == length - 1;
      int counter = i == length - 1 ? counters() - 1 : i / stride;
      long expected =
          counts ? done / counters() + (counter < done % counters() ? 1 : 0) : pattern(i);
      if (!holds(bytes, i, expected)) {
        return "element " + i + " of " + length + " is not " + expected + " after " + done;
      }
    }
    return null;
  }

  private static final class Bytes extends HeapRam {
    private byte[] array;

    Bytes(int bytes) {
      super(bytes, Byte.BYTES);
      array = new byte[length];
    }

    @Override
    Object array() {
      return array;
    }

    @Override
    void drop() {
      array = null;
    }

    @Override
    void put(int index, long value) {
      array[index] = (byte) value;
    }

    @Override
    void increment(int index) {
      array[index]++;
    }

    @Override
    boolean holds(ByteBuffer image, int index, long value) {
      return image.get(index) == (byte) value;
    }
  }

  private static final class Ints extends HeapRam {
    private int[] array;

    Ints(int bytes) {
      super(bytes, Integer.BYTES);
      array = new int[length];
    }

    @Override
    Object array() {
      return array;
    }

    @Override
    void drop() {
      array = null;
    }

    @Override
    void put(int index, long value) {
      array[index] = (int) value;
    }

    @Override
    void increment(int index) {
      array[index]++;
    }

    @Override
    boolean holds(ByteBuffer image, int index, long value) {
      return image.getInt(index * Integer.BYTES) == (int) value;
    }
  }

  private static final class Longs extends HeapRam {
    private long[] array;

    Longs(int bytes) {
      super(bytes, Long.BYTES);
      array = new long[length];
    }

    @Override
    Object array() {
      return array;
    }

    @Override
    void drop() {
      array = null;
    }

    @Override
    void put(int index, long value) {
      array[index] = value;
    }

    @Override
    void increment(int index) {
      array[index]++;
    }

    @Override
    boolean holds(ByteBuffer image, int index, long value) {
      return image.getLong(index * Long.BYTES) == value;
    }
  }
}
