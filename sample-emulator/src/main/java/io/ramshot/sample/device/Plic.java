package io.ramshot.sample.device;

import io.ramshot.sample.bus.Device;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;

/** The platform-level interrupt controller, for the M and the S context of hart 0. */
public final class Plic implements Device {

  /** Bytes of its register space. */
  public static final long SIZE = 0x600000;

  /** Highest interrupt number; 0 means none. */
  public static final int SOURCES = 31;

  /** What it raises in mip, by context. */
  static final long[] LINES = {1 << 11, 1 << 9};

  private static final int CONTEXTS = 2;
  private static final int MAX_PRIORITY = 7;

  private static final long PENDING = 0x1000;
  private static final long ENABLE = 0x2000;
  private static final long ENABLE_STRIDE = 0x80;
  private static final long CONTEXT = 0x200000;
  private static final long CONTEXT_STRIDE = 0x1000;
  private static final long THRESHOLD = 0;
  private static final long CLAIM = 4;

  private final int[] priority = new int[SOURCES + 1];
  private final int[] enabled = new int[CONTEXTS];
  private final int[] threshold = new int[CONTEXTS];

  /** Levels of the sources, by bit. */
  private int levels;

  /** Requests that wait for a claim, by bit. */
  private int pending;

  /** Requests that were claimed and not completed, by bit: their source is not looked at. */
  private int claimed;

  /** Tells the level of an interrupt source. */
  public void setLevel(int source, boolean high) {
    int bit = 1 << source;
    levels = high ? levels | bit : levels & ~bit;
    // A level that has fallen before its claim takes its request back, as with QEMU's PLIC.
    pending = high && (claimed & bit) == 0 ? pending | bit : pending & ~bit;
  }

  /** Returns the raised interrupts, as bits of mip. */
  public long interruptLines() {
    long lines = 0;
    for (int context = 0; context < CONTEXTS; context++) {
      int source = mostUrgent(context);
      if (source != 0 && priority[source] > threshold[context]) {
        lines |= LINES[context];
      }
    }
    return lines;
  }

  /** Returns the source of highest priority, the lowest number among equals, or 0. */
  private int mostUrgent(int context) {
    int best = 0;
    for (int waiting = pending & enabled[context]; waiting != 0; waiting &= waiting - 1) {
      int source = Integer.numberOfTrailingZeros(waiting);
      if (priority[source] > priority[best]) {
        best = source;
      }
    }
    return best;
  }

  @Override
  public long read(long offset, int size) {
    if (size != Integer.BYTES) {
      return 0;
    }
    if (offset <= 4L * SOURCES) {
      return priority[(int) offset / 4];
    }
    if (offset == PENDING) {
      return pending & 0xffff_ffffL;
    }
    for (int context = 0; context < CONTEXTS; context++) {
      if (offset == ENABLE + context * ENABLE_STRIDE) {
        return enabled[context] & 0xffff_ffffL;
      }
      long base = CONTEXT + context * CONTEXT_STRIDE;
      if (offset == base + THRESHOLD) {
        return threshold[context];
      }
      if (offset == base + CLAIM) {
        return claim(context);
      }
    }
    return 0;
  }

  private int claim(int context) {
    int source = mostUrgent(context);
    if (source != 0) {
      pending &= ~(1 << source);
      claimed |= 1 << source;
    }
    return source;
  }

  @Override
  public void write(long offset, int size, long value) {
    if (size != Integer.BYTES) {
      return;
    }
    if (offset > 0 && offset <= 4L * SOURCES) {
      priority[(int) offset / 4] = (int) value & MAX_PRIORITY;
    }
    for (int context = 0; context < CONTEXTS; context++) {
      if (offset == ENABLE + context * ENABLE_STRIDE) {
        enabled[context] = (int) value & ~1;
      }
      long base = CONTEXT + context * CONTEXT_STRIDE;
      if (offset == base + THRESHOLD) {
        threshold[context] = (int) value & MAX_PRIORITY;
      }
      if (offset == base + CLAIM) {
        complete(context, (int) value);
      }
    }
  }

  private void complete(int context, int source) {
    if (source > 0 && source <= SOURCES && (enabled[context] >> source & 1) != 0) {
      claimed &= ~(1 << source);
      setLevel(source, (levels >> source & 1) != 0);
    }
  }

  @Override
  public void save(StateWriter out) {
    for (int value : priority) {
      out.putInt(value);
    }
    for (int context = 0; context < CONTEXTS; context++) {
      out.putInt(enabled[context]);
      out.putInt(threshold[context]);
    }
    out.putInt(levels);
    out.putInt(pending);
    out.putInt(claimed);
  }

  @Override
  public void load(StateReader in) {
    for (int i = 0; i < priority.length; i++) {
      priority[i] = in.getInt();
    }
    for (int context = 0; context < CONTEXTS; context++) {
      enabled[context] = in.getInt();
      threshold[context] = in.getInt();
    }
    levels = in.getInt();
    pending = in.getInt();
    claimed = in.getInt();
  }
}
