package io.ramshot;

import java.time.Duration;
import java.util.Locale;

/**
 * What a limited rate of writing will cost the guest: once the pool is full, a thread that writes
 * to a chunk waits until that is in the file.
 */
public final class Throttle {
  private static final long CHUNK = SnapshotOptions.CHUNK_BYTES;

  /** A wait that a guest does not notice is not worth a word. */
  private static final Duration NOTICED = Duration.ofMillis(100);

  private Throttle() {}

  /** How long a chunk takes at a rate, in bytes a second. */
  static Duration perChunk(long bytesPerSecond) {
    return Duration.ofMillis((long) (1e3 * CHUNK / bytesPerSecond));
  }

  /**
   * A sentence about it, or nothing where no thread waits for long.
   *
   * @param poolBytes what the pool has
   * @param ramBytes of the guest; a pool that holds it all is never full
   */
  public static String warning(SnapshotOptions options, long poolBytes, long ramBytes) {
    long rate = options.bytesPerSecond();
    if (rate == 0 || poolBytes >= ramBytes || perChunk(rate).compareTo(NOTICED) < 0) {
      return "";
    }
    boolean givenUp = perChunk(rate).compareTo(options.stallLimit()) >= 0;
    return "rate="
        + rate
        + " lets a guest thread that writes wait up to "
        + seconds(perChunk(rate))
        + " for each chunk of 2 MiB, and as long again for each other thread that waits, once the"
        + " pool of "
        + (poolBytes >> 20)
        + " MiB is full"
        + (givenUp ? ", and the snapshot is then given up by stall.limit" : "")
        + ": raise rate=, or pool= to the size of RAM, with which nobody waits";
  }

  private static String seconds(Duration wait) {
    return String.format(Locale.ROOT, "%.1f s", wait.toMillis() / 1e3);
  }
}
