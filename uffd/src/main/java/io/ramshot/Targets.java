package io.ramshot;

import io.ramshot.file.FileException;
import io.ramshot.file.NewName;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a snapshot may go. */
final class Targets {

  private Targets() {}

  /**
   * Refuses a target before anything has been done.
   *
   * @param target absolute
   */
  static void check(Path target) throws SnapshotException {
    if (target.getFileSystem() != FileSystems.getDefault()) {
      throw new SnapshotException(elsewhere(target));
    }
    try {
      NewName.require(target);
    } catch (FileException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
  }

  private static String elsewhere(Path target) {
    return target.toUri()
        + " is no file of this machine: save to one, and pack it there afterwards";
  }

  /** Whether what is written there takes memory, not a disk; false where that cannot be told. */
  static boolean isInMemory(Path target) {
    try {
      String type = Files.getFileStore(target.getParent()).type();
      return type.equals("tmpfs") || type.equals("ramfs");
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
