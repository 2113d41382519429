package io.ramshot.agent.cli;

import io.ramshot.SnapshotState;
import io.ramshot.agent.options.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.management.openmbean.CompositeData;

/** The bean's figures in words. */
final class Figures {

  private Figures() {}

  static boolean ended(CompositeData data) {
    String state = (String) data.get("state");
    return !state.equals("IDLE") && SnapshotState.valueOf(state).ended();
  }

  /** One short line while a snapshot runs. */
  static String progress(CompositeData status) {
    long total = number(status, "totalBytes");
    long done = number(status, "doneBytes");
    CompositeData stalls = (CompositeData) status.get("stalls");
    return String.format(
        Locale.ROOT,
        "%-9s %3d %% of %s, %s, %d stalls, longest %s",
        status.get("state"),
        total == 0 ? 0 : done * 100 / total,
        Quantity.text(total),
        rate(number(status, "bytesPerSecond")),
        number(stalls, "count"),
        Quantity.time(number(stalls, "maxNanos")));
  }

  /** A table of what is known, a line an item. */
  static List<String> lines(CompositeData status) {
    List<String> lines = new ArrayList<>();
    CompositeData pause = (CompositeData) status.get("pause");
    CompositeData stalls = (CompositeData) status.get("stalls");
    line(
        lines,
        "pause",
        "%s (gates %s, state %s, copies %s, edges %s, scan %s, arm %s)",
        time(pause, "totalNanos"),
        time(pause, "gateNanos"),
        time(pause, "stateNanos"),
        time(pause, "copyNanos"),
        time(pause, "edgesNanos"),
        time(pause, "scanNanos"),
        time(pause, "armNanos"));
    line(lines, "stalls", "%d: %s", number(stalls, "count"), stalls(stalls));
    line(
        lines,
        "saved",
        "%s of %s in %s, %s%s",
        bytes(status, "writtenBytes"),
        bytes(status, "totalBytes"),
        time(status, "savingNanos"),
        rate(number(status, "bytesPerSecond")),
        (Boolean) status.get("directIo") ? " with O_DIRECT" : ", buffered");
    line(
        lines,
        "chunks",
        "%d: %d saved in place, %d copied on request, %d copied ahead, %d empty; %d on huge pages",
        number(status, "chunks"),
        number(status, "chunksSaved"),
        number(status, "chunksCopied"),
        number(status, "chunksAhead"),
        number(status, "chunksEmpty"),
        number(status, "hugeChunks"));
    line(
        lines,
        "pages",
        "%d held zeros, %d were not populated%s",
        number(status, "pagesZero"),
        number(status, "pagesUnpopulated"),
        inherited(status));
    line(
        lines,
        "requests",
        "%d, of which %d waited for the file; pool used up to %s of %s",
        number(status, "requests"),
        number(status, "requestsWaited"),
        bytes(status, "poolPeakBytes"),
        bytes(status, "poolBytes"));
    String limit = (String) status.get("memoryLimit");
    line(
        lines,
        "memory",
        "at most %s of ramshot's own%s",
        bytes(status, "ownBytes"),
        limit.isEmpty() ? "" : "; the pool is kept small by " + limit);
    return lines;
  }

  /** What a user should know besides, a sentence each. */
  static List<String> warnings(CompositeData status) {
    return List.of((String[]) status.get("warnings"));
  }

  /** A restore, a line an item. */
  static List<String> restore(CompositeData restore) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "restore: "
            + restore.get("image")
            + ((Boolean) restore.get("complete") ? ", complete" : ", going on"));
    if ((Boolean) restore.get("lazy")) {
      long total = number(restore, "totalBytes");
      line(
          lines,
          "there",
          "%d %% of %s in %s, %s of it because it was touched",
          total == 0 ? 100 : number(restore, "presentBytes") * 100 / total,
          Quantity.text(total),
          time(restore, "nanos"),
          bytes(restore, "faultBytes"));
      line(
          lines,
          "stalls",
          "%d touches of missing pages: %s",
          number(restore, "faults"),
          stalls((CompositeData) restore.get("stalls")));
    }
    if (number(restore, "damagedPages") > 0) {
      line(lines, "damaged", "%d pages, which are zeros now", number(restore, "damagedPages"));
    }
    for (String eager : (String[]) restore.get("eager")) {
      line(lines, "at once", "%s", eager);
    }
    return lines;
  }

  private static String stalls(CompositeData stalls) {
    return String.format(
        Locale.ROOT,
        "median %s, 99 %% within %s, 99.9 %% within %s, longest %s",
        time(stalls, "p50Nanos"),
        time(stalls, "p99Nanos"),
        time(stalls, "p999Nanos"),
        time(stalls, "maxNanos"));
  }

  private static String inherited(CompositeData status) {
    long pages = number(status, "pagesInherited");
    return pages == 0
        ? ""
        : ", " + pages + " (" + bytes(status, "inheritedBytes") + ") are as the parent has them";
  }

  static void line(List<String> lines, String name, String format, Object... values) {
    lines.add(String.format(Locale.ROOT, "  %-10s " + format, prepend(name, values)));
  }

  private static Object[] prepend(String name, Object[] values) {
    Object[] all = new Object[values.length + 1];
    all[0] = name;
    System.arraycopy(values, 0, all, 1, values.length);
    return all;
  }

  static long number(CompositeData data, String item) {
    return (Long) data.get(item);
  }

  static String time(CompositeData data, String item) {
    return Quantity.time(number(data, item));
  }

  static String bytes(CompositeData data, String item) {
    return Quantity.text(number(data, item));
  }

  /** Disks are rated in powers of ten. */
  private static String rate(long bytesPerSecond) {
    return String.format(Locale.ROOT, "%.0f MB/s", bytesPerSecond / 1e6);
  }
}
