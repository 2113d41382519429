package io.ramshot.sample.bus;

import java.util.ArrayList;
import java.util.List;

/** The physical address space below RAM: which device answers at which address. */
public final class Bus {

  private record Range(long base, long size, Device device) {
    boolean holds(long address, int length) {
      return address >= base && address - base <= size - length;
    }
  }

  private final List<Range> ranges = new ArrayList<>();

  /** Set by every access: a device's interrupt lines may have changed. */
  private boolean touched;

  /** Places {@code device} at {@code base}, {@code size} bytes long. */
  public void attach(long base, long size, Device device) {
    ranges.add(new Range(base, size, device));
  }

  /** Whether a device answers to {@code length} bytes at {@code address}. */
  public boolean holds(long address, int length) {
    return find(address, length) != null;
  }

  /** Whether a ROM answers at {@code address}. */
  public boolean executable(long address) {
    Range range = find(address, 2);
    return range != null && range.device.executable();
  }

  /** Reads from the device at {@code address}, which {@link #holds} must have confirmed. */
  public long read(long address, int length) {
    touched = true;
    Range range = find(address, length);
    return range.device.read(address - range.base, length);
  }

  /** Writes to the device at {@code address}, which {@link #holds} must have confirmed. */
  public void write(long address, int length, long value) {
    touched = true;
    Range range = find(address, length);
    range.device.write(address - range.base, length, value);
  }

  /** Whether a device was accessed since {@link #forgetTouch}. */
  public boolean touched() {
    return touched;
  }

  /** Starts anew what {@link #touched} tells. */
  public void forgetTouch() {
    touched = false;
  }

  private Range find(long address, int length) {
    for (Range range : ranges) {
      if (range.holds(address, length)) {
        return range;
      }
    }
    return null;
  }
}
