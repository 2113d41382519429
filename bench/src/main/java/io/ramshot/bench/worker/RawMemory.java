package io.ramshot.bench.worker;

import java.lang.reflect.Field;
import sun.misc.Unsafe;

/**
 * Guest RAM as an emulator with Unsafe memory sees it: loads and stores that become one machine
 * instruction. Nothing is checked.
 */
public final class RawMemory {
  private static final Unsafe UNSAFE = unsafe();

  private RawMemory() {}

  private static Unsafe unsafe() {
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Adds one to a byte. */
  public static void increment(long address) {
    UNSAFE.putByte(address, (byte) (UNSAFE.getByte(address) + 1));
  }

  public static byte read(long address) {
    return UNSAFE.getByte(address);
  }
}
