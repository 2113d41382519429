package io.ramshot;

import io.ramshot.limits.MemoryLimit.Counted;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import java.util.List;

/**
 * What the host may still take while a snapshot runs, in bytes, without asking anybody: guest RAM
 * that has not been touched yet, and the Java heap up to its limit.
 *
 * @param untouchedRam guest RAM off the heap that is not populated
 * @param unusedHeap what the heap may still come to hold
 * @param uncommittedHeap what the JVM may still ask the system for
 */
record GuestGrowth(long untouchedRam, long unusedHeap, long uncommittedHeap) {

  static GuestGrowth of(List<Block> blocks) throws EngineException {
    long untouched = 0;
    for (Block block : blocks) {
      if (!block.kind().onHeap()) {
        long populated = GuestMemory.populatedBytes(block.address(), block.length());
        untouched += Math.max(0, block.length() - populated);
      }
    }
    Runtime jvm = Runtime.getRuntime();
    long committed = jvm.totalMemory();
    return new GuestGrowth(
        untouched,
        Math.max(0, jvm.maxMemory() - (committed - jvm.freeMemory())),
        Math.max(0, jvm.maxMemory() - committed));
  }

  /** How much of it counts against a limit: addresses are taken already. */
  long bytes(Counted counted) {
    return switch (counted) {
      case POPULATED -> untouchedRam + unusedHeap;
      case WRITABLE -> uncommittedHeap;
      case ADDRESSES -> 0;
    };
  }
}
