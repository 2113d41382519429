package io.ramshot.agent.timeline;

import io.ramshot.file.NewFile;
import io.ramshot.image.Absorption;
import io.ramshot.image.Flattener;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder of a timeline, as the JVM that holds its lock writes it. What is no regular file is
 * left alone, whatever its name.
 */
final class TimelineStore {
  private final TimelineFolder folder;

  TimelineStore(TimelineFolder folder) {
    this.folder = folder;
  }

  List<Checkpoint> list() throws TimelineException {
    return folder.list();
  }

  /** A name that was never given: numbers go on where the newest file stopped. */
  Path next() throws TimelineException {
    long number = folder.newestNumber() + 1;
    if (TimelineName.number(TimelineName.of(number)) < 0) {
      throw new TimelineException(
          "no number follows "
              + TimelineName.of(number - 1)
              + ": remove that file, or choose another folder");
    }
    return folder.path().resolve(TimelineName.of(number));
  }

  /**
   * Refuses a folder whose checkpoints are another guest's: they would be let go.
   *
   * @throws TimelineException unless they are known to be this guest's
   */
  void requireOwn(GuestTraits guest) throws TimelineException, IOException {
    requireOwn(guest, true);
  }

  /** As {@link #requireOwn}, but passes while the guest may still get what it lacks. */
  void requireNoOthers(GuestTraits guest) throws TimelineException {
    try {
      requireOwn(guest, false);
    } catch (ImageException e) {
      return; // it has gone or changed since: the first tick looks again
    }
  }

  private void requireOwn(GuestTraits guest, boolean all) throws TimelineException, ImageException {
    List<Checkpoint> list = list();
    if (list.isEmpty() || guest.owns(folder.path(), list)) {
      return;
    }
    Checkpoint newest =
        list.stream()
            .filter(checkpoint -> checkpoint.id() != null)
            .reduce((older, newer) -> newer)
            .orElseThrow(() -> unreadable(list.get(list.size() - 1)));
    try (Image image = Image.openAlone(newest.path())) {
      GuestTraits.Difference difference = guest.from(image);
      if (difference.text() != null && (all || difference.sure())) {
        throw new TimelineException(
            "the checkpoints in "
                + folder.path()
                + " are another guest's ("
                + difference.text()
                + ", in "
                + newest
                + "): choose another folder, or remove them");
      }
    }
  }

  private TimelineException unreadable(Checkpoint newest) {
    return new TimelineException(
        "no checkpoint in "
            + folder.path()
            + " can be read, so they may be another guest's ("
            + newest.problem()
            + "): choose another folder, or remove them");
  }

  /** Removes what snapshots of a killed JVM have left. */
  void removeParts() throws IOException {
    for (Path part : files(TimelineName::isPart)) {
      Files.deleteIfExists(part);
    }
  }

  /** A trace is of no use without its checkpoint. */
  private void removeTraces() throws IOException {
    for (Path trace : files(name -> TimelineName.tracedNumber(name) >= 0)) {
      long number = TimelineName.tracedNumber(trace.getFileName().toString());
      if (Files.notExists(folder.path().resolve(TimelineName.of(number)))) {
        Files.deleteIfExists(trace);
      }
    }
  }

  private List<Path> files(Predicate<String> names) throws IOException {
    try (Stream<Path> files = Files.list(folder.path())) {
      return files
          .filter(file -> names.test(file.getFileName().toString()))
          .filter(TimelineFolder::isFile)
          .toList();
    }
  }

  /** Brings merges to their end that were cut off. */
  void finishMerges() throws TimelineException, IOException {
    for (Path merging : files(TimelineName::isMerging)) {
      Path child = Absorption.child(merging).orElseThrow();
      try {
        if (Files.exists(child)) {
          Absorption.resume(child);
        } else {
          // Somebody removed what it was to become; by itself it is nothing.
          Files.deleteIfExists(merging);
        }
      } catch (ImageException e) {
        throw unmerged(child, e);
      }
    }
  }

  private static TimelineException unmerged(Path child, ImageException e) {
    return new TimelineException(
        "the checkpoint before " + child.getFileName() + " cannot give way: " + e.getMessage(), e);
  }

  /**
   * Lets the oldest checkpoint go; the next one stays what it is.
   *
   * @param next the second oldest
   */
  void drop(Checkpoint oldest, Checkpoint next) throws TimelineException, IOException {
    boolean needed = oldest.isWhole() && next.parent().equals(Optional.ofNullable(oldest.id()));
    if (needed && next.isWhole()) {
      try {
        if (Absorption.absorb(oldest.path(), next.path())) {
          removeTraces();
          return;
        }
        flatten(next.path());
      } catch (ImageException e) {
        throw unmerged(next.path(), e);
      }
    }
    Files.deleteIfExists(oldest.path());
    removeTraces();
    NewFile.syncFolder(folder.path());
  }

  /** The long way, for blocks that lie elsewhere than before: all of it is copied. */
  private void flatten(Path child) throws IOException {
    Path flat = child.resolveSibling(TimelineName.flattened(child.getFileName().toString()));
    Files.deleteIfExists(flat); // of an attempt that failed
    try (Image image = Image.open(child)) {
      Flattener.flatten(image, flat, ImageVerifier.Progress.NONE);
    }
    Files.move(flat, child, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    NewFile.syncFolder(folder.path());
  }
}
