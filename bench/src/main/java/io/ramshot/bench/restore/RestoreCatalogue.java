package io.ramshot.bench.restore;

import java.util.ArrayList;
import java.util.List;

/** The cells of restores: by amount of RAM, with the image in the page cache and without. */
public final class RestoreCatalogue {
  /** Whom the others are compared with. */
  static final String BASE = "lazy";

  /** Of a contender whose restore is the first that its JVM does: classes are loaded on the way. */
  static final String FIRST_IN_JVM = "+classes";

  /** The reference line. */
  static final String DISK = "disk";

  static final String QEMU = "qemu";

  private static final long GIB = 1L << 30;
  private static final int ROUNDS = 5;
  private static final int BIG_ROUNDS = 3;

  private static final List<String> COLD =
      List.of(DISK, BASE, BASE + FIRST_IN_JVM, "eager", "read", "read-direct", "mmap", QEMU);

  /** The disk has no part in these. */
  private static final List<String> CACHED = List.of(BASE, "eager", "read", "mmap", QEMU);

  private RestoreCatalogue() {}

  /**
   * In the order in which they run. 12 GiB in the page cache and in a guest's RAM are more than
   * most machines have, so these are read from the disk only.
   */
  public static List<RestoreCell> full() {
    List<RestoreCell> cells = new ArrayList<>();
    for (int gibibytes : new int[] {1, 4}) {
      int rounds = gibibytes == 1 ? ROUNDS : BIG_ROUNDS;
      cells.add(cell(gibibytes, true, CACHED, rounds));
      cells.add(cell(gibibytes, false, COLD, rounds));
    }
    cells.add(cell(12, false, COLD, BIG_ROUNDS));
    return cells;
  }

  private static RestoreCell cell(
      int gibibytes, boolean cached, List<String> contenders, int rounds) {
    return new RestoreCell(
        name(gibibytes, cached), gibibytes * GIB, cached, false, contenders, contenders, rounds);
  }

  /** The name of the cell with so much RAM, in GiB. */
  public static String name(int gibibytes, boolean cached) {
    return "restore-" + gibibytes + "g-" + (cached ? "cached" : "cold");
  }

  /** What {@code --quick} runs, interleaved; there is no time for everybody everywhere. */
  public static List<RestoreCell> quick() {
    List<String> rest = List.of(BASE, "mmap");
    return List.of(
        new RestoreCell(name(1, false), GIB, false, false, COLD, List.of(DISK, BASE, "eager"), 3),
        new RestoreCell(name(12, false), 12 * GIB, false, true, rest, List.of(BASE), 3),
        new RestoreCell(name(1, true), GIB, true, false, rest, List.of(BASE), 3));
  }
}
