package io.ramshot.demo;

import java.util.ArrayList;
import java.util.List;

/** What came out, for the closing line. */
final class Summary {
  private int verified;
  private int restored;
  private final List<SnapshotFigures> snapshots = new ArrayList<>();
  private final List<Double> shares = new ArrayList<>();

  void taken(SnapshotFigures figures) {
    snapshots.add(figures);
  }

  void verified() {
    verified++;
  }

  void restored() {
    restored++;
  }

  /** The guest's speed during a snapshot over that before it. */
  void guestShare(double share) {
    // Noise can make a guest look faster than before.
    shares.add(Math.min(1, share));
  }

  /** Name=value pairs. */
  String line() {
    return Units.format(
        "snapshots=%d verified=%d restored=%d pause_us_max=%s stall_us_max=%s guest_share=%s"
            + " mb_s=%s",
        snapshots.size(),
        verified,
        restored,
        most("totalNanos", true),
        most("maxNanos", false),
        shares.isEmpty() ? "n/a" : Units.format("%.2f", median(shares)),
        snapshots.isEmpty()
            ? "n/a"
            : Units.format(
                "%.0f",
                median(snapshots.stream().map(s -> s.status("bytesPerSecond") / 1e6).toList())));
  }

  private String most(String item, boolean pause) {
    return snapshots.stream()
        .map(s -> pause ? s.pause(item) : s.stalls(item))
        .max(Long::compare)
        .map(nanos -> Long.toString(Units.micros(nanos)))
        .orElse("n/a");
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
