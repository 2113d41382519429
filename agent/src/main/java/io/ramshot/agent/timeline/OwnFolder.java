package io.ramshot.agent.timeline;

import io.ramshot.text.Cause;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A folder that nobody but this user can write to: whoever could would put another file, or a link,
 * where a checkpoint is written or merged in place.
 *
 * <p>The sticky bit does not help: with it others still take the names that come next.
 */
final class OwnFolder {
  private static final int OTHERS_WRITE = 0002;
  private static final int GROUP_OR_OTHERS_WRITE = 0022;
  private static final int STICKY = 01000;
  private static final int PERMISSIONS = 07777;

  private OwnFolder() {}

  /**
   * Makes the folder, for this user alone, if it does not exist.
   *
   * @param path absolute
   * @return the folder without links in its path: what these point to later does not matter
   * @throws TimelineException if it cannot be made, or others can write to it
   */
  static Path make(Path path) throws TimelineException {
    Path real;
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      real = path.toRealPath();
      require(real);
      for (Path above = real.getParent(); above != null; above = above.getParent()) {
        requireAbove(real, above);
      }
    } catch (FileAlreadyExistsException e) {
      throw new TimelineException(path + " is no folder: choose another", e);
    } catch (IOException e) {
      throw new TimelineException(
          "folder " + path + " cannot be made (" + Cause.text(e) + "): choose another", e);
    }
    return real;
  }

  private static void require(Path folder) throws TimelineException, IOException {
    Map<String, Object> is = Files.readAttributes(folder, "unix:uid,mode,owner");
    Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    int mode = (int) is.get("mode");
    if (!is.get("uid").equals(self) && !is.get("uid").equals(0)) {
      throw new TimelineException(
          "folder "
              + folder
              + " belongs to user "
              + is.get("owner")
              + ", who could put other files in the place of checkpoints: choose a folder of your"
              + " own");
    }
    if ((mode & GROUP_OR_OTHERS_WRITE) != 0) {
      throw new TimelineException(
          "folder "
              + folder
              + " can be written by others (mode "
              + mode(mode)
              + "), who could put other files in the place of checkpoints: "
              + ((mode & STICKY) != 0
                  ? "name a new folder in it"
                  : "chmod go-w it, or choose another"));
    }
  }

  /** Where names can be taken away by others, the folder may be another one tomorrow. */
  private static void requireAbove(Path folder, Path above) throws TimelineException, IOException {
    int mode = (int) Files.getAttribute(above, "unix:mode");
    if ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
      throw new TimelineException(
          "folder "
              + folder
              + " is in "
              + above
              + ", where everybody can put another folder in its place (mode "
              + mode(mode)
              + "): chmod o-w or +t that, or choose another");
    }
  }

  private static String mode(int mode) {
    return Integer.toOctalString(mode & PERMISSIONS);
  }
}
