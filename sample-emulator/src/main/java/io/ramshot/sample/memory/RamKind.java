package io.ramshot.sample.memory;

import java.util.function.LongFunction;

/** What guest RAM is made of: the choice behind {@code --ram}. */
public enum RamKind {
  DIRECT(DirectRam.MAX_SIZE, DirectRam::new),
  UNSAFE(12L << 30, UnsafeRam::new);

  private final long maxSize;
  private final LongFunction<Ram> factory;

  RamKind(long maxSize, LongFunction<Ram> factory) {
    this.maxSize = maxSize;
    this.factory = factory;
  }

  /** Returns the largest size in bytes. */
  public long maxSize() {
    return maxSize;
  }

  /**
   * Allocates RAM, all of it zero.
   *
   * @param size in bytes
   */
  public Ram allocate(long size) {
    return factory.apply(size);
  }
}
