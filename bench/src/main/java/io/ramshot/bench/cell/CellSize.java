package io.ramshot.bench.cell;

import java.util.Locale;

/** Amounts of RAM for people. */
public final class CellSize {
  private static final int MIB_BITS = 20;
  private static final int GIB_BITS = 30;

  private CellSize() {}

  /** Like {@code 12 GiB}. */
  public static String text(long bytes) {
    return bytes >= 1L << GIB_BITS && bytes % (1L << GIB_BITS) == 0
        ? String.format(Locale.ROOT, "%d GiB", bytes >> GIB_BITS)
        : String.format(Locale.ROOT, "%d MiB", bytes >> MIB_BITS);
  }

  /** A cell in one line. */
  public static String describe(Cell cell) {
    String text =
        String.format(
            Locale.ROOT,
            "%s on %s, %d %s %s guest, to %s",
            text(cell.ramBytes()),
            cell.hugePages() ? "huge pages" : "4 KiB pages",
            cell.threads(),
            cell.threads() == 1 ? "thread," : "threads,",
            cell.workload().key(),
            cell.sink() == Sink.THROTTLED ? "the disk at 50 MB/s" : cell.sink().key());
    return cell.jvm().equals(HostJvm.USUAL) ? text : text + ", " + describe(cell.jvm());
  }

  /** Two cells of one name differ in where RAM is: that stands in the contender's name. */
  private static String describe(HostJvm jvm) {
    return String.format(
        Locale.ROOT,
        "off the heap or on it, collector %s%s",
        jvm.collector().key(),
        jvm.heapHugePages() ? " with -XX:+UseTransparentHugePages" : "");
  }
}
