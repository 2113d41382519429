package io.ramshot.limits;

/**
 * One limit on the memory of this process.
 *
 * @param name the file or the command by which a user finds it
 * @param counted what of a process's memory counts against it
 * @param limitBytes how much it allows in all, in bytes
 * @param leftBytes how much of that is left without swapping, in bytes; not negative
 * @param swapBytes how much more there would be if memory were swapped out, in bytes
 */
public record MemoryLimit(
    String name, Counted counted, long limitBytes, long leftBytes, long swapBytes) {

  /** What a limit counts. */
  public enum Counted {
    /** Memory that is there: what has been touched. */
    POPULATED,
    /** Memory that may be written to, touched or not. */
    WRITABLE,
    /** Addresses, whatever is behind them. */
    ADDRESSES
  }

  /** How much there is at most, in bytes. */
  public long mostBytes() {
    return leftBytes + swapBytes;
  }

  /** In words: what it is, what is left of it. */
  @Override
  public String toString() {
    return mib(mostBytes()) + " are left of the " + mib(limitBytes) + " of " + name;
  }

  /** A size in words. */
  public static String mib(long bytes) {
    return Math.round(bytes / 1048576.0) + " MiB";
  }
}
