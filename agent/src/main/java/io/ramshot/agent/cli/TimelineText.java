package io.ramshot.agent.cli;

import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.timeline.BeforeNewest;
import io.ramshot.agent.timeline.Checkpoint;
import io.ramshot.agent.tools.Json;
import io.ramshot.image.Frozen;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A timeline's checkpoints for people and for programs, oldest first. */
final class TimelineText {
  private final List<Checkpoint> list;
  private final long now;
  private final Instant newest;

  /**
   * @param now in ms since 1970
   */
  TimelineText(List<Checkpoint> list, long now) {
    this.list = list;
    this.now = now;
    this.newest =
        list.stream()
            .map(Checkpoint::freezeTime)
            .filter(time -> time != null)
            .reduce((older, newer) -> newer)
            .orElse(Instant.ofEpochMilli(now));
  }

  /** What a moment is before the newest checkpoint is what {@code restore=DIR@-30s} counts. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            "%-9s %-26s %12s %12s  %-10s %-8s %s",
            "number", "frozen at", "from newest", "stored", "kind", "frozen", "whole"));
    for (Checkpoint checkpoint : list) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-9s %-26s %12s %12s  %-10s %-8s %s",
              checkpoint,
              checkpoint.freezeTime() == null ? "?" : checkpoint.freezeTime(),
              checkpoint.freezeTime() == null ? "?" : beforeNewest(checkpoint),
              Quantity.text(checkpoint.storedBytes()),
              kind(checkpoint),
              frozen(checkpoint).orElse("?"),
              checkpoint.isWhole() ? "yes" : "no: " + checkpoint.problem()));
    }
    lines.add("The newest is " + BeforeNewest.text(now - newest.toEpochMilli()) + " old.");
    return lines;
  }

  private String beforeNewest(Checkpoint checkpoint) {
    return "-" + BeforeNewest.text(BeforeNewest.millis(newest, checkpoint.freezeTime()));
  }

  private static String kind(Checkpoint checkpoint) {
    return checkpoint.id() == null ? "?" : checkpoint.parent().isPresent() ? "increment" : "full";
  }

  private static Optional<String> frozen(Checkpoint checkpoint) {
    return Optional.ofNullable(checkpoint.frozen()).map(Frozen::word);
  }

  /** Of a file that cannot be read, what it would tell is null. */
  void to(Json json, Path folder) {
    json.object().member("schema", "ramshot.timeline/1").member("folder", folder.toString());
    json.array("checkpoints");
    for (Checkpoint checkpoint : list) {
      json.object().member("number", checkpoint.number());
      json.member("file", checkpoint.path().toString());
      Optional<Instant> time = Optional.ofNullable(checkpoint.freezeTime());
      json.member("id", Optional.ofNullable(checkpoint.id())).member("freezeTime", time);
      json.member("frozen", frozen(checkpoint));
      number(json, "ageMillis", time, now);
      number(json, "beforeNewestMillis", time, newest.toEpochMilli());
      json.member("storedBytes", checkpoint.storedBytes());
      json.member("kind", checkpoint.id() == null ? null : kind(checkpoint));
      json.member("parent", checkpoint.parent()).member("whole", checkpoint.isWhole());
      json.member("problem", checkpoint.problem()).endObject();
    }
    json.endArray().endObject();
  }

  private static void number(Json json, String name, Optional<Instant> from, long to) {
    from.ifPresentOrElse(
        time -> json.member(name, to - time.toEpochMilli()), () -> json.nothing(name));
  }
}
