package io.ramshot.sample.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/**
 * Guest RAM in a mapped file, the way emulators let it outgrow the heap and swap to a disk.
 *
 * <p>The file is new, for its owner only, and removed as soon as it is mapped: a machine that is
 * killed leaves nothing behind.
 */
public final class MappedRam extends BufferRam {

  /** Where the file is unless the command line says otherwise: in memory. */
  private static final Path DEFAULT_FOLDER = Path.of("/dev/shm");

  private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final Set<StandardOpenOption> NEW_FILE =
      EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);

  /**
   * @param size in bytes, at most {@link BufferRam#MAX_SIZE}
   * @param file to make; null for one in /dev/shm
   * @throws UncheckedIOException if there is such a file, or none can be made there
   */
  public MappedRam(long size, Path file) {
    super(map(file == null ? DEFAULT_FOLDER.resolve(newName()) : file, capacity(size)));
  }

  private static String newName() {
    return "sample-emulator-" + UUID.randomUUID() + ".ram";
  }

  private static ByteBuffer map(Path file, int size) {
    try (FileChannel channel = FileChannel.open(file, NEW_FILE, OWNER_ONLY)) {
      try {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be mapped as guest RAM (%s): name a new file by --ram-file=FILE"
              .formatted(file, e),
          e);
    }
  }
}
