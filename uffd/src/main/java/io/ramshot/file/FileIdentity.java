package io.ramshot.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/**
 * What tells a file from every other, whatever names it has: device and inode. No other file has
 * them while the file is open.
 *
 * @param key null where the system has none
 * @param regular neither folder nor link, FIFO, device or socket
 * @param size in bytes
 * @param links names it has; 1 where the system does not tell
 * @param owner null where the system does not tell
 */
record FileIdentity(Object key, boolean regular, long size, int links, Object owner) {

  /**
   * @param options {@link LinkOption#NOFOLLOW_LINKS} for what has that very name
   */
  static FileIdentity of(Path path, LinkOption... options) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class, options);
      return new FileIdentity(basic.fileKey(), basic.isRegularFile(), basic.size(), 1, null);
    }
    Map<String, Object> unix =
        Files.readAttributes(path, "unix:dev,ino,nlink,uid,size,isRegularFile", options);
    return new FileIdentity(
        unix.get("dev") + ":" + unix.get("ino"),
        (Boolean) unix.get("isRegularFile"),
        (Long) unix.get("size"),
        (Integer) unix.get("nlink"),
        unix.get("uid"));
  }

  /** Whether both are one file, which may have grown. */
  boolean isSame(FileIdentity other) {
    return regular
        && other.regular
        && (key == null ? other.key == null : key.equals(other.key))
        && (owner == null ? other.owner == null : owner.equals(other.owner));
  }
}
