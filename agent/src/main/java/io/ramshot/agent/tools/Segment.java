package io.ramshot.agent.tools;

import io.ramshot.image.ImageBlock;

/**
 * A block at its place in the guest.
 *
 * @param address of its first byte in the guest, unsigned
 */
public record Segment(ImageBlock block, long address) {
  /** Whether the two share an address. */
  boolean overlaps(Segment other) {
    return Long.compareUnsigned(address, other.last()) <= 0
        && Long.compareUnsigned(other.address, last()) <= 0;
  }

  /** Whether it ends within the address space. */
  boolean fits() {
    return Long.compareUnsigned(last(), address) >= 0;
  }

  private long last() {
    return address + block.length() - 1;
  }
}
