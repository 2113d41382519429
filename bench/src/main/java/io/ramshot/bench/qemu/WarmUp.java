package io.ramshot.bench.qemu;

import java.io.IOException;

/** Waits until the guest has booted, has written all of its RAM, and runs at its speed. */
final class WarmUp {
  private static final long POLL_MILLIS = 20;
  private static final int PASSES = 2;

  private WarmUp() {}

  static void await(GuestMemory memory, long ramBytes) throws IOException, InterruptedException {
    // To boot, and then 50 MB/s: fresh memory of the system comes slowly on a busy machine.
    long limitMillis = 60_000 + ramBytes / 50_000;
    long deadline = System.nanoTime() + limitMillis * 1_000_000;
    // The pass after WARM_PAGES may be slow once more: the guest has just made QEMU flush its
    // table.
    long wanted = BootSector.WARM_PAGES + PASSES * ramBytes / 4096;
    while (true) {
      boolean counts = memory.readInt(BootSector.SIGN) == BootSector.SIGN_VALUE;
      long count = memory.readLong(BootSector.COUNTER);
      if (counts && count >= wanted) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            counts
                ? "QEMU's guest wrote %d pages in %d s, awaited: %d"
                    .formatted(count, limitMillis / 1000, wanted)
                : "QEMU's guest has not booted in " + limitMillis / 1000 + " s");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
