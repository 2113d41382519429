package io.ramshot.sample.bus;

import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;

/** A range of registers on the bus. */
public interface Device {

  /**
   * Reads a register.
   *
   * @param offset bytes from the device's base
   * @param size 1, 2, 4 or 8 bytes
   * @return the value, zero-extended
   */
  long read(long offset, int size);

  /**
   * Writes a register.
   *
   * @param offset bytes from the device's base
   * @param size 1, 2, 4 or 8 bytes
   * @param value only its low {@code size} bytes count
   */
  void write(long offset, int size, long value);

  /** Whether instructions can be fetched from it: true of a ROM only. */
  default boolean executable() {
    return false;
  }

  /** Appends whatever a machine that goes on from here needs to know. */
  void save(StateWriter out);

  /** Takes back what {@link #save} wrote, in the same order. */
  void load(StateReader in);
}
