package io.ramshot.bench.restore;

import io.ramshot.bench.cell.CellSize;
import io.ramshot.bench.driver.ChildJvm;
import io.ramshot.bench.driver.SystemMemory;
import io.ramshot.bench.worker.Worker;
import io.ramshot.image.ImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Images to restore from, one for each amount of RAM: made once and kept from run to run, for
 * making 12 GiB takes longer than a quick run may.
 */
final class KeptImages {
  /** The RAM of a guest that is restored first, to load classes with. */
  static final long SMALL_BYTES = 4L << 20;

  /** Room on the disk and in memory that is left to others, in bytes. */
  private static final long RESERVE = 1L << 30;

  /** RAM is filled and saved faster than this, in bytes a second, or something is wrong. */
  private static final double SLOWEST = 50e6;

  private static final Duration BASE_LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final Consumer<String> progress;

  /**
   * @param folder made if it is not there
   * @param progress takes a line for people
   */
  KeptImages(Path folder, Consumer<String> progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /** Why there can be no image of so much RAM, in one line that ends in what to do. */
  Optional<String> shortage(long ramBytes) throws IOException {
    if (sound(file(ramBytes), ramBytes)) {
      return Optional.empty();
    }
    make(folder);
    return SystemMemory.shortage(ramBytes + RESERVE).or(() -> diskShortage(ramBytes + RESERVE));
  }

  private Optional<String> diskShortage(long bytes) {
    long usable = folder.toFile().getUsableSpace();
    return usable >= bytes
        ? Optional.empty()
        : Optional.of(
            String.format(
                "its image takes %s in %s, which has %s left: give --dir on a larger disk",
                CellSize.text(bytes), folder, CellSize.text(usable)));
  }

  /** The image of a guest with so much RAM; makes it if need be. */
  Path of(long ramBytes) throws IOException {
    Path file = file(ramBytes);
    if (sound(file, ramBytes)) {
      return file;
    }
    make(folder);
    Files.deleteIfExists(file);
    progress.accept(
        "making an image of " + CellSize.text(ramBytes) + ", kept for later runs: " + file);
    Duration limit = BASE_LIMIT.plusSeconds((long) (ramBytes / SLOWEST));
    List<String> arguments = List.of(file.toString(), Long.toString(ramBytes));
    try (ChildJvm jvm =
        new ChildJvm(RestoreSuite.JVM_OPTIONS, ImageMaker.class, arguments, limit)) {
      jvm.await("making an image", Worker.DONE);
    }
    return file;
  }

  void delete(long ramBytes) throws IOException {
    Files.deleteIfExists(file(ramBytes));
  }

  private Path file(long ramBytes) {
    return folder.resolve("ram-" + (ramBytes >> 20) + "m.ramshot");
  }

  private static void make(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.getParent());
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  /** Whether a file is there that this build can read. What is in its pages, turns find out. */
  private static boolean sound(Path file, long ramBytes) {
    try {
      return Files.exists(file) && RamRegion.of(file).bytes() == ramBytes;
    } catch (ImageException | IllegalArgumentException e) {
      return false;
    }
  }
}
