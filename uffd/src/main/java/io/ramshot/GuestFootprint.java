package io.ramshot;

import io.ramshot.limits.MemoryLimit.Counted;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import java.util.List;

/**
 * What a guest has of memory, and what it may still take while a snapshot runs without asking
 * anybody, in bytes.
 *
 * @param populatedRam guest RAM that has been touched
 * @param untouchedRam guest RAM that has not
 * @param unusedHeap what the Java heap may still come to hold
 * @param uncommittedHeap what the JVM may still ask the system for
 */
record GuestFootprint(long populatedRam, long untouchedRam, long unusedHeap, long uncommittedHeap) {

  /** A heap's RAM counts as touched. */
  static GuestFootprint of(List<Block> blocks) throws EngineException {
    long all = 0;
    long populated = 0;
    for (Block block : blocks) {
      all += block.length();
      populated +=
          block.kind().onHeap()
              ? block.length()
              : Math.min(
                  block.length(), GuestMemory.populatedBytes(block.address(), block.length()));
    }
    Runtime jvm = Runtime.getRuntime();
    long committed = jvm.totalMemory();
    return new GuestFootprint(
        populated,
        all - populated,
        Math.max(0, jvm.maxMemory() - (committed - jvm.freeMemory())),
        Math.max(0, jvm.maxMemory() - committed));
  }

  /** How much it may still take of a limit: addresses it has already. */
  long growth(Counted counted) {
    return switch (counted) {
      case POPULATED -> untouchedRam + unusedHeap;
      case WRITABLE -> uncommittedHeap;
      case ADDRESSES -> 0;
    };
  }
}
