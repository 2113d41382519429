package io.ramshot.agent.cli;

import io.ramshot.SnapshotState;
import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.tools.FrozenText;
import io.ramshot.image.Frozen;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The bean's figures in words. */
final class Figures {

  private Figures() {}

  /** Whether a result, or a status, is final: that of an image has an id by then. */
  static boolean ended(CompositeData data) {
    String state = (String) data.get("state");
    boolean early = data.containsKey("id") && data.get("id") == null && state.equals("COMPLETED");
    return !early && !state.equals("IDLE") && SnapshotState.valueOf(state).ended();
  }

  /** One short line while a snapshot runs: of figures that are not there yet, none. */
  static String progress(CompositeData status) {
    long total = number(status, "totalBytes");
    if (number(status, "savingNanos") == 0) {
      return String.format(
          Locale.ROOT, "%-9s %s of guest RAM", status.get("state"), Quantity.text(total));
    }
    CompositeData stalls = (CompositeData) status.get("stalls");
    return String.format(
        Locale.ROOT,
        "%-9s %3d %% of %s, %s, %d stalls, longest %s",
        status.get("state"),
        total == 0 ? 0 : number(status, "doneBytes") * 100 / total,
        Quantity.text(total),
        rate(number(status, "bytesPerSecond")),
        number(stalls, "count"),
        Quantity.time(number(stalls, "maxNanos")));
  }

  /** A table of what is known, a line an item: of what a snapshot did not come to, nothing. */
  static List<String> lines(CompositeData status) {
    List<String> lines = new ArrayList<>();
    CompositeData pause = (CompositeData) status.get("pause");
    if (number(pause, "totalNanos") > 0) {
      line(lines, "pause", "%s", PauseText.of(pause));
    }
    frozen(status).ifPresent(frozen -> line(lines, "frozen", "%s", FrozenText.of(frozen)));
    if (number(status, "savingNanos") > 0) {
      saving(lines, status);
    }
    if (number(status, "ownBytes") > 0) {
      String limit = (String) status.get("memoryLimit");
      line(
          lines,
          "memory",
          "at most %s of ramshot's own%s",
          bytes(status, "ownBytes"),
          limit.isEmpty() ? "" : "; the pool is kept small by " + limit);
    }
    return lines;
  }

  private static void saving(List<String> lines, CompositeData status) {
    CompositeData stalls = (CompositeData) status.get("stalls");
    long count = number(stalls, "count");
    line(lines, "stalls", "%s", count == 0 ? "none" : count + ": " + stalls(stalls));
    line(
        lines,
        "saved",
        "%s of %s in %s; %s written, %s%s",
        bytes(status, "doneBytes"),
        bytes(status, "totalBytes"),
        time(status, "savingNanos"),
        bytes(status, "writtenBytes"),
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
  }

  /** How long an image's file is, and what it takes of the disk: most of it may be holes. */
  static String file(long length, long allocated) {
    return Quantity.text(allocated)
        + " on disk, "
        + Quantity.text(length)
        + " long"
        + (allocated < length / 2 ? ", mostly holes" : "");
  }

  /** Empty before the freeze, and with an agent that does not say it. */
  private static Optional<Frozen> frozen(CompositeData status) {
    return status.containsKey("frozen")
        ? Frozen.of((String) status.get("frozen"))
        : Optional.empty();
  }

  /** A sentence with what to do, if nobody was frozen for an image. */
  static Optional<String> nobodyFrozen(CompositeData status, long pid) {
    boolean comesToNothing = List.of("FAILED", "CANCELLED").contains(status.get("state"));
    return (comesToNothing ? Optional.<String>empty() : FrozenText.warning(frozen(status)))
        .map(warning -> warning + "; " + FrozenText.remedy(Long.toString(pid)));
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
    String format = bytesPerSecond < 10_000_000 ? "%.1f MB/s" : "%.0f MB/s";
    return String.format(Locale.ROOT, format, bytesPerSecond / 1e6);
  }
}
