package io.ramshot.agent.timeline;

import io.ramshot.image.Absorption;
import io.ramshot.image.Flattener;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageVerifier;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The folder of a timeline, as the JVM that holds its lock writes it. */
final class TimelineStore {
  private final TimelineFolder folder;

  private TimelineStore(TimelineFolder folder) {
    this.folder = folder;
  }

  /**
   * Makes the folder, for this user alone, if it does not exist.
   *
   * @param path absolute
   */
  static TimelineStore open(Path path) throws TimelineException {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
    } catch (IOException e) {
      throw new TimelineException(
          "folder " + path + " cannot be made (" + e + "): choose another", e);
    }
    return new TimelineStore(new TimelineFolder(path));
  }

  List<Checkpoint> list() throws TimelineException {
    return folder.list();
  }

  /** A name that was never given: numbers go on where the newest file stopped. */
  Path next() throws TimelineException {
    List<Checkpoint> list = list();
    long number = list.isEmpty() ? 1 : list.get(list.size() - 1).number() + 1;
    return folder.path().resolve(TimelineName.of(number));
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
      return files.filter(file -> names.test(file.getFileName().toString())).toList();
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
    sync();
  }

  /** The long way, for blocks that lie elsewhere than before: all of it is copied. */
  private void flatten(Path child) throws IOException {
    Path flat = child.resolveSibling(TimelineName.flattened(child.getFileName().toString()));
    Files.deleteIfExists(flat); // of an attempt that failed
    try (Image image = Image.open(child)) {
      Flattener.flatten(image, flat, ImageVerifier.Progress.NONE);
    }
    Files.move(flat, child, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync();
  }

  /** Makes names as durable as the files. */
  private void sync() throws IOException {
    try (FileChannel channel = FileChannel.open(folder.path(), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
