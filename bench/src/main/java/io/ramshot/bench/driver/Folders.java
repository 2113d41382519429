package io.ramshot.bench.driver;

import io.ramshot.bench.cell.Sink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders of this run alone, readable by nobody else, gone when it ends. */
public final class Folders implements AutoCloseable {
  private static final Path TMPFS = Path.of("/dev/shm");
  private static final String PREFIX = "ramshot-bench-";

  private final List<Path> made = new ArrayList<>();
  private final Path disk;
  private final Path logs;
  private Path tmpfs;

  /**
   * @param parent folder for images on the disk; made if it is not there
   */
  public Folders(Path parent) throws IOException {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    disk = make(parent);
    logs = make(parent);
  }

  private synchronized Path make(Path parent) throws IOException {
    Files.createDirectories(parent);
    Path folder =
        Files.createTempDirectory(
            parent,
            PREFIX,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    made.add(folder);
    return folder;
  }

  public Path disk() {
    return disk;
  }

  public Path logs() {
    return logs;
  }

  /** Where images of this sink go. */
  public synchronized Path images(Sink sink) throws IOException {
    if (sink != Sink.TMPFS) {
      return disk;
    }
    if (tmpfs == null) {
      tmpfs = make(TMPFS);
    }
    return tmpfs;
  }

  @Override
  public synchronized void close() {
    for (Path folder : made) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        System.err.println("bench: cannot remove " + folder + ": remove it (" + e + ")");
      }
    }
    made.clear();
  }
}
