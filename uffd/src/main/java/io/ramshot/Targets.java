package io.ramshot;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Where a snapshot may go, and what its file is called until it is whole. */
final class Targets {

  private Targets() {}

  /**
   * Refuses a target before anything has been done.
   *
   * @param target absolute
   */
  static void check(Path target) throws SnapshotException {
    if (target.getFileSystem() != FileSystems.getDefault()) {
      throw new SnapshotException(
          target.toUri()
              + " is no file of this machine: save to one, and pack it there afterwards");
    }
    if (Files.isDirectory(target)) {
      throw new SnapshotException(target + " is a folder: give the name of a new file in it");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new SnapshotException(target + " exists: remove it, or choose another name");
    }
    Path folder = target.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new SnapshotException("folder " + folder + " does not exist: create it first");
    }
    if (!Files.isWritable(folder)) {
      throw new SnapshotException(
          "this user may not write to folder " + folder + ": choose another");
    }
  }

  /** In the same folder, so that a rename finishes it; unlike any snapshot's name. */
  static Path temporary(Path target) {
    return target.resolveSibling(
        "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
  }
}
