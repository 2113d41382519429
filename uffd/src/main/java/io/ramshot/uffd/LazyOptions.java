package io.ramshot.uffd;

/**
 * How RAM is restored lazily.
 *
 * @param zeroDamaged whether a damaged page becomes zeros; otherwise it ends the JVM
 * @param stallLimitNanos how long a guest thread may wait for the disk before the JVM ends
 * @param hugePages whether RAM is moved onto transparent huge pages in the end
 * @param directIo whether O_DIRECT is tried
 * @param bytesPerSecond the most to read ahead, 0 for no limit
 * @param grainBytes how much comes along with a page that is touched: a power of 2, up to 2 MiB; 0
 *     for as much as suits the disk
 */
public record LazyOptions(
    boolean zeroDamaged,
    long stallLimitNanos,
    boolean hugePages,
    boolean directIo,
    long bytesPerSecond,
    long grainBytes) {

  /** In the order of the struct's fields. */
  long[] toNative() {
    return new long[] {
      zeroDamaged ? 1 : 0,
      stallLimitNanos,
      hugePages ? 1 : 0,
      directIo ? 1 : 0,
      bytesPerSecond,
      Boolean.getBoolean("ramshot.lazy.copy") ? 1 : 0,
      grainBytes
    };
  }
}
