package io.ramshot.agent.timeline;

import io.ramshot.image.Absorption;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The folder of a timeline, as a reader finds it: at any moment, also in the middle of a merge or
 * after one that was cut off. Writes nothing.
 */
public final class TimelineFolder {
  /** A reader that a merge has overtaken looks again; nobody merges as fast as that. */
  static final int TRIES = 3;

  private final Path path;

  /** What was read of files that have not changed since. */
  private final Map<Path, Read> known = new HashMap<>();

  /**
   * @param as what the file was then: its inode, its length, and when it was written
   */
  private record Read(String as, Checkpoint checkpoint) {}

  /**
   * @param path absolute
   */
  public TimelineFolder(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  /**
   * All checkpoints, oldest first, those that cannot be restored among them.
   *
   * @throws TimelineException if there is no such folder, or it cannot be read
   */
  public synchronized List<Checkpoint> list() throws TimelineException {
    List<Checkpoint> list = listOnce();
    // Whoever merges in the meantime makes it look broken; and nothing else goes away by itself.
    for (int i = 1; i < TRIES && !list.stream().allMatch(Checkpoint::isWhole); i++) {
      list = listOnce();
    }
    return list;
  }

  private List<Checkpoint> listOnce() throws TimelineException {
    List<Checkpoint> list = new ArrayList<>();
    Set<UUID> whole = new HashSet<>();
    List<Path> files = files();
    known.keySet().retainAll(files);
    for (Path file : files) {
      Checkpoint checkpoint = readUnlessKnown(file);
      if (checkpoint == null) {
        continue; // merged away since
      }
      UUID parent = checkpoint.parentId();
      if (checkpoint.isWhole()
          && parent != null
          && !whole.contains(parent)
          && !Files.exists(Absorption.file(file))) {
        checkpoint = checkpoint.broken(missing(checkpoint));
      }
      if (checkpoint.isWhole()) {
        whole.add(checkpoint.id());
      }
      list.add(checkpoint);
    }
    return List.copyOf(list);
  }

  /** Checkpoints only, by number. */
  private List<Path> files() throws TimelineException {
    return names(file -> number(file) >= 0 && isFile(file)).stream()
        .sorted(Comparator.comparingLong(TimelineFolder::number))
        .toList();
  }

  /** A FIFO would be waited for, and a link leads elsewhere: neither is a checkpoint. */
  static boolean isFile(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** What is called as a checkpoint is and is none, in no order. */
  public List<Path> strangers() throws TimelineException {
    return names(file -> number(file) >= 0 && !isFile(file));
  }

  /** Of all files that are called so, whatever they are: names are not given twice. 0 for none. */
  long newestNumber() throws TimelineException {
    return names(file -> number(file) >= 0).stream()
        .mapToLong(TimelineFolder::number)
        .max()
        .orElse(0);
  }

  /** Whether nothing but a timeline would suffer from one: it holds one, or nothing at all. */
  public boolean isFree() throws TimelineException {
    List<Path> all = names(file -> true);
    return all.isEmpty()
        || all.stream().map(file -> file.getFileName().toString()).anyMatch(TimelineName::isOurs);
  }

  private List<Path> names(Predicate<Path> which) throws TimelineException {
    if (!Files.isDirectory(path)) {
      throw new TimelineException(path + " is no folder: name the folder of a timeline");
    }
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(which).toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new TimelineException(
          "folder " + path + " cannot be read (" + Cause.text(e) + "): check its permissions", e);
    }
  }

  private static long number(Path file) {
    return TimelineName.number(file.getFileName().toString());
  }

  private Checkpoint readUnlessKnown(Path file) {
    String as;
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      as = now.fileKey() + " " + now.size() + " " + now.lastModifiedTime();
    } catch (IOException e) {
      return read(file);
    }
    Read before = known.get(file);
    if (before != null && before.as().equals(as)) {
      return before.checkpoint();
    }
    Checkpoint checkpoint = read(file);
    if (checkpoint != null && checkpoint.isWhole()) {
      known.put(file, new Read(as, checkpoint));
    }
    return checkpoint;
  }

  /** By itself; null if it is gone. */
  private static Checkpoint read(Path file) {
    long number = number(file);
    try (Image image = Image.openAlone(file)) {
      return new Checkpoint(
          number,
          file,
          image.header().id(),
          image.header().parent().orElse(null),
          image.header().freezeTime(),
          image.frozen().orElse(null),
          storedBytes(image),
          "");
    } catch (ImageException e) {
      return Files.exists(file)
          ? new Checkpoint(number, file, null, null, null, null, 0, e.getMessage())
          : null;
    }
  }

  private static long storedBytes(Image image) {
    long bytes = image.header().metadataLength();
    for (ImageBlock block : image.blocks()) {
      bytes += image.storedPages(block) * image.header().pageSize();
    }
    return bytes;
  }

  private static String missing(Checkpoint checkpoint) {
    return checkpoint.path()
        + " builds upon image "
        + checkpoint.parentId()
        + ", which is not whole: restore another checkpoint";
  }
}
