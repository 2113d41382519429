package io.ramshot.agent.timeline;

import io.ramshot.agent.options.Quantity;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which checkpoint of a timeline somebody means: {@code DIR}, the newest; {@code DIR@-30s}, half a
 * minute before the newest; {@code DIR@2026-11-23T10:00:00Z}, the newest that is not after; {@code
 * DIR@#12}, that one.
 *
 * <p>Before the newest, not before now: after a crash nobody knows how long ago it was.
 */
public final class TimelineMoment {
  private static final String FORMS =
      "give -30s, a time such as 2026-11-23T10:00:00Z, or a number such as #12";

  private final Path folder;
  private final String moment;

  /**
   * @param moment null for the newest
   */
  private TimelineMoment(Path folder, String moment) {
    this.folder = folder;
    this.moment = moment;
  }

  /**
   * @param text a folder, with or without a moment
   * @return nothing if the text names no folder, but a file, say
   */
  public static Optional<TimelineMoment> parse(String text) {
    if (isFolder(text)) {
      return Optional.of(new TimelineMoment(Path.of(text).toAbsolutePath().normalize(), null));
    }
    int at = text.lastIndexOf('@');
    if (at <= 0 || exists(text) || !isFolder(text.substring(0, at))) {
      return Optional.empty();
    }
    Path folder = Path.of(text.substring(0, at)).toAbsolutePath().normalize();
    return Optional.of(new TimelineMoment(folder, text.substring(at + 1)));
  }

  private static boolean isFolder(String text) {
    try {
      return Files.isDirectory(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean exists(String text) {
    try {
      return Files.exists(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * Opens the checkpoint that is meant.
   *
   * @throws TimelineException if there is none, with what there is instead
   * @throws ImageException if it cannot be read
   */
  public Image open() throws TimelineException, ImageException {
    for (int i = 1; ; i++) {
      try {
        return Image.open(find().path());
      } catch (ImageException e) {
        if (i == TimelineFolder.TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * The checkpoint that is meant, which is whole.
   *
   * @throws TimelineException if there is none, with what there is instead
   */
  public Checkpoint find() throws TimelineException {
    return find(new TimelineFolder(folder).list());
  }

  Checkpoint find(List<Checkpoint> list) throws TimelineException {
    if (list.isEmpty()) {
      throw new TimelineException(
          folder + " holds no checkpoints: name the folder of a timeline, or an image");
    }
    Predicate<Checkpoint> meant = meant(list);
    Checkpoint found =
        list.stream()
            .filter(meant)
            .reduce((older, newer) -> newer)
            .orElseThrow(() -> new TimelineException(none(list)));
    if (!found.isWhole()) {
      throw new TimelineException(
          "checkpoint "
              + found
              + " cannot be restored ("
              + found.problem()
              + "); "
              + lastWhole(list, found));
    }
    return found;
  }

  private Predicate<Checkpoint> meant(List<Checkpoint> list) throws TimelineException {
    if (moment == null) {
      return checkpoint -> true;
    }
    if (moment.matches("#[0-9]{1,18}")) {
      long number = Long.parseLong(moment.substring(1));
      return checkpoint -> checkpoint.number() == number;
    }
    if (moment.startsWith("-")) {
      long back = back().toMillis();
      Instant newest = newest(list);
      return checkpoint ->
          checkpoint.freezeTime() != null
              && BeforeNewest.reaches(BeforeNewest.millis(newest, checkpoint.freezeTime()), back);
    }
    Instant latest = instant();
    return checkpoint ->
        checkpoint.freezeTime() != null && !checkpoint.freezeTime().isAfter(latest);
  }

  private Duration back() throws TimelineException {
    Duration back = Quantity.duration(moment.substring(1));
    if (back == null) {
      throw unreadable();
    }
    return back;
  }

  private Instant instant() throws TimelineException {
    try {
      return OffsetDateTime.parse(moment).toInstant();
    } catch (DateTimeException e) {
      throw unreadable();
    }
  }

  private TimelineException unreadable() {
    return new TimelineException("@" + moment + " is no moment of a timeline: " + FORMS);
  }

  private Instant newest(List<Checkpoint> list) throws TimelineException {
    return list.stream()
        .map(Checkpoint::freezeTime)
        .filter(time -> time != null)
        .reduce((older, newer) -> newer)
        .orElseThrow(() -> new TimelineException(none(list)));
  }

  private String none(List<Checkpoint> list) {
    return "there is no checkpoint "
        + moment
        + " in "
        + folder
        + ": it has "
        + text(list.get(0))
        + (list.size() > 1 ? " to " + text(list.get(list.size() - 1)) : "");
  }

  private static String text(Checkpoint checkpoint) {
    return checkpoint + " of " + (checkpoint.freezeTime() == null ? "?" : checkpoint.freezeTime());
  }

  private String lastWhole(List<Checkpoint> list, Checkpoint before) {
    return list.stream()
        .filter(Checkpoint::isWhole)
        .reduce(
            (a, b) ->
                Math.abs(b.number() - before.number()) <= Math.abs(a.number() - before.number())
                    ? b
                    : a)
        .map(whole -> folder + "@" + whole + " is the nearest that can")
        .orElse("nor can any other of " + folder);
  }
}
