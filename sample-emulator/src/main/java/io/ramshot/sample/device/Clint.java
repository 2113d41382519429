package io.ramshot.sample.device;

import io.ramshot.sample.bus.Device;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;

/** The core-local interruptor of hart 0: software interrupt, timer, and the time itself. */
public final class Clint implements Device {

  /** Bytes of its register space. */
  public static final long SIZE = 0x10000;

  /** What it raises in mip. */
  static final long MSI = 1 << 3;

  static final long MTI = 1 << 7;

  private static final long MSIP = 0;
  private static final long MTIMECMP = 0x4000;
  private static final long MTIME = 0xbff8;

  private final Clock clock;

  private boolean softwareInterrupt;

  /** In ticks; the timer interrupt is raised from then on. All ones is never. */
  private long compare = -1;

  public Clint(Clock clock) {
    this.clock = clock;
  }

  /** Returns the time of the next timer interrupt, in ticks. */
  public long compare() {
    return compare;
  }

  /** Returns the raised interrupts, as bits of mip. */
  public long interruptLines() {
    return (softwareInterrupt ? MSI : 0)
        | (Long.compareUnsigned(clock.now(), compare) >= 0 ? MTI : 0);
  }

  @Override
  public long read(long offset, int size) {
    long register = offset & ~7;
    long value = 0;
    if (register == MSIP) {
      value = softwareInterrupt ? 1 : 0;
    } else if (register == MTIMECMP) {
      value = compare;
    } else if (register == MTIME) {
      value = clock.now();
    }
    long shifted = value >>> 8 * (offset & 7);
    return size == Long.BYTES ? shifted : shifted & (1L << 8 * size) - 1;
  }

  @Override
  public void write(long offset, int size, long value) {
    if (offset == MSIP) {
      softwareInterrupt = (value & 1) != 0;
    } else if ((offset & ~7) == MTIMECMP) {
      compare = insert(compare, offset, size, value);
    } else if ((offset & ~7) == MTIME) {
      clock.set(insert(clock.now(), offset, size, value));
    }
  }

  /** Returns {@code old} with the bytes replaced that a write of a part covers. */
  private static long insert(long old, long offset, int size, long value) {
    if (size == Long.BYTES) {
      return value;
    }
    int shift = 8 * (int) (offset & 7);
    long mask = (1L << 8 * size) - 1 << shift;
    return old & ~mask | value << shift & mask;
  }

  @Override
  public void save(StateWriter out) {
    out.putBoolean(softwareInterrupt);
    out.putLong(compare);
    out.putLong(clock.now());
  }

  @Override
  public void load(StateReader in) {
    softwareInterrupt = in.getBoolean();
    compare = in.getLong();
    clock.set(in.getLong());
  }
}
