package io.ramshot.sample.device;

import io.ramshot.sample.bus.Device;
import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;

/**
 * The place for a flash chip, empty.
 *
 * <p>U-Boot's {@code cp} takes all memory for flash until it has probed a flash bank. So there has
 * to be a bank to probe, and it finds nothing there.
 */
public final class FlashSocket implements Device {

  /** Bytes of address space for one bank. */
  public static final long BANK = 32 << 20;

  /** Bytes of address space for both. */
  public static final long SIZE = 2 * BANK;

  /** Returns all ones, as lines that nobody drives read. */
  @Override
  public long read(long offset, int size) {
    return size == Long.BYTES ? -1 : (1L << 8 * size) - 1;
  }

  /** Does nothing: nobody listens. */
  @Override
  public void write(long offset, int size, long value) {}

  /** Does nothing: there is no state. */
  @Override
  public void save(StateWriter out) {}

  /** Does nothing: there is no state. */
  @Override
  public void load(StateReader in) {}
}
