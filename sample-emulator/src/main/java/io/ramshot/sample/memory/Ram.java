package io.ramshot.sample.memory;

/**
 * Guest RAM: little-endian loads and stores at a byte offset from its start.
 *
 * <p>A run loads one implementation only. HotSpot's class-hierarchy analysis then binds these calls
 * statically, so that the abstraction costs the interpreter nothing.
 *
 * <p>Offsets are not checked here: the MMU hands out only offsets below {@link #size()}.
 */
public abstract class Ram implements AutoCloseable {

  private final long size;

  /**
   * @param size in bytes
   */
  protected Ram(long size) {
    this.size = size;
  }

  /** Returns the size in bytes. */
  public final long size() {
    return size;
  }

  public abstract byte load1(long offset);

  public abstract short load2(long offset);

  public abstract int load4(long offset);

  public abstract long load8(long offset);

  public abstract void store1(long offset, byte value);

  public abstract void store2(long offset, short value);

  public abstract void store4(long offset, int value);

  public abstract void store8(long offset, long value);

  /** Copies {@code length} bytes at {@code offset} into {@code target}, from its start. */
  public abstract void read(long offset, byte[] target, int length);

  /** Copies all of {@code source} to {@code offset}. */
  public abstract void write(long offset, byte[] source);

  /** Gives back what does not go by itself; the machine has ended. */
  @Override
  public void close() {}
}
