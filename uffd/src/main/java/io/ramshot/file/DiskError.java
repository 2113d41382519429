package io.ramshot.file;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * An error with which the system refuses to write a file, and what to do about it: one table for
 * what Java throws, which has the text, and for native code, which has the number.
 */
public enum DiskError {
  EPERM(1, "Operation not permitted"),
  ENOENT(2, "No such file or directory"),
  EINTR(4, "Interrupted system call"),
  EIO(5, "Input/output error"),
  ENXIO(6, "No such device or address"),
  ENOMEM(12, "Cannot allocate memory"),
  EACCES(13, "Permission denied"),
  EBUSY(16, "Device or resource busy"),
  EXDEV(18, "Invalid cross-device link"),
  ENODEV(19, "No such device"),
  ENOTDIR(20, "Not a directory"),
  EINVAL(22, "Invalid argument"),
  ENFILE(23, "Too many open files in system"),
  EMFILE(24, "Too many open files"),
  EFBIG(27, "File too large"),
  ENOSPC(28, "No space left on device"),
  EROFS(30, "Read-only file system"),
  EMLINK(31, "Too many links"),
  ENAMETOOLONG(36, "File name too long"),
  ELOOP(40, "Too many levels of symbolic links"),
  EOPNOTSUPP(95, "Operation not supported"),
  ENOTCONN(107, "Transport endpoint is not connected"),
  ETIMEDOUT(110, "Connection timed out"),
  EHOSTDOWN(112, "Host is down"),
  ESTALE(116, "Stale file handle"),
  EDQUOT(122, "Disk quota exceeded");

  private static final String UNKNOWN =
      "look after the disk and at the kernel's log (dmesg), or choose another disk";

  private final int number;
  private final String text;

  DiskError(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /**
   * @param number as Linux counts
   */
  public static Optional<DiskError> of(int number) {
    return Arrays.stream(values()).filter(error -> error.number == number).findFirst();
  }

  /**
   * @param reason as the C library says it in English
   */
  static Optional<DiskError> of(String reason) {
    return Arrays.stream(values()).filter(error -> reason.startsWith(error.text)).findFirst();
  }

  /**
   * @param number as Linux counts, known or not
   * @param file that was being written
   */
  public static String remedy(int number, Path file) {
    return of(number).map(error -> error.remedy(file)).orElse(UNKNOWN);
  }

  /** What to do about it when a file was being written, which was open already. */
  public String remedy(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return switch (this) {
      case EPERM, EACCES ->
          "this user, or a security module, may not write to folder " + folder + "; choose another";
      case ENOENT, ENOTDIR ->
          "somebody removed or renamed it, or its folder, while it was written; leave it alone, and"
              + " try again";
      case EINTR -> "a signal came in between; try again";
      case EIO -> "the device failed; look at the kernel's log (dmesg), and choose another disk";
      case ENXIO, ENODEV -> "the device is gone; look after it, or choose another disk";
      case ENOMEM -> "the system has no memory for it; free some";
      case EBUSY -> "something else keeps it busy; try again, or choose another folder";
      case EXDEV, EMLINK, EOPNOTSUPP, EINVAL ->
          "its file system cannot do that; choose a folder on another";
      case ENFILE -> "the system has no more open files; raise sysctl fs.file-max";
      case EMFILE -> "raise this process's limit of open files (ulimit -n)";
      case EFBIG -> tooLarge();
      case ENOSPC -> "the disk is full; free some space or choose another";
      case EDQUOT -> "this user's quota is used up; free some space or choose another disk";
      case EROFS ->
          "the file system is read-only, maybe since an error; look at the kernel's log (dmesg), or"
              + " choose another";
      case ENAMETOOLONG -> "the name is longer than its file system takes; choose a shorter one";
      case ELOOP -> "links lead in a circle; name the folder without them";
      case ENOTCONN, ETIMEDOUT, EHOSTDOWN, ESTALE ->
          "the server of this file system does not answer; look after it or mount it anew, or"
              + " choose another folder";
    };
  }

  /** The process's own limit comes long before a file system's. */
  private static String tooLarge() {
    return FileSizeLimit.bytes()
        .map(
            bytes ->
                "this process may write no file of more than "
                    + bytes
                    + " bytes (ulimit -f); start it with a higher limit")
        .orElse("the file system cannot hold a file this large; choose another");
  }
}
