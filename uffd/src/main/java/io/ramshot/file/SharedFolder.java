package io.ramshot.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A folder in which other users can remove, rename and replace the files of this one. */
public final class SharedFolder {
  private static final int STICKY = 01000;
  private static final int GROUP_WRITES = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final Integer ROOT = 0;

  private SharedFolder() {}

  /**
   * Who, besides this user and root, can replace this user's files in a folder: "everybody", "group
   * 100", "user 1000". Where it has the sticky bit, only its owner can.
   *
   * @return nothing where nobody can, or the system does not tell
   */
  public static Optional<String> sharedWith(Path folder) {
    if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return Optional.empty();
    }
    try {
      Map<String, Object> of = Files.readAttributes(folder, "unix:mode,uid,gid");
      Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      int mode = (Integer) of.get("mode");
      boolean sticky = (mode & STICKY) != 0;
      Object owner = of.get("uid"); /* by number: to look up names may ask a network */
      Object group = of.get("gid");
      if (!sticky && (mode & OTHERS_WRITE) != 0) {
        return Optional.of("everybody");
      }
      if (!owner.equals(self) && !owner.equals(ROOT)) {
        return Optional.of("user " + owner);
      }
      /* Many systems give every user a group of his own, of the same number. */
      return !sticky && (mode & GROUP_WRITES) != 0 && !group.equals(owner)
          ? Optional.of("group " + group)
          : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** A sentence about it for whoever saves there; nothing where nobody else can. */
  public static Optional<String> warning(Path folder) {
    return sharedWith(folder)
        .map(
            who ->
                "folder "
                    + folder
                    + " can be written to by "
                    + who
                    + ", who can remove or replace images in it: save to a folder of your own, or"
                    + " set its sticky bit (chmod +t)");
  }
}
