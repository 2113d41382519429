package io.ramshot.file;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A file that cannot be made or read: one line with its name, what is wrong, and what to do. */
public final class FileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String problem;

  FileException(Path file, String problem) {
    this(file, problem, null);
  }

  FileException(Path file, String problem, Throwable cause) {
    super(file + " " + problem, cause);
    this.problem = problem;
  }

  /** The message without the file's name. */
  public String problem() {
    return problem;
  }

  static FileException exists(Path file) {
    return new FileException(file, "exists: remove it, or choose another name");
  }

  /** Why a file could not be made, whatever threw it. */
  static FileException notMade(Path file, IOException e) {
    if (e instanceof FileException known) {
      return known;
    }
    if (e instanceof FileAlreadyExistsException) {
      return exists(file);
    }
    Optional<String> refusal = NewName.refusal(file);
    if (refusal.isPresent()) {
      return new FileException(file, refusal.get(), e);
    }
    if (e instanceof NoSuchFileException) { // said of a folder that is there
      return new FileException(
          file,
          "cannot be made, because its file system takes no new files: choose a folder on a disk",
          e);
    }
    return notWritten(file, e);
  }

  /** Why a file that was made could not be written, whatever threw it. */
  public static FileException notWritten(Path file, IOException e) {
    if (e instanceof FileException known) {
      return known;
    }
    if (e instanceof FileAlreadyExistsException) {
      return exists(file);
    }
    if (e instanceof ClosedChannelException) { // so the class of an interrupt is named, too
      return new FileException(
          file,
          "is not made, because the thread that wrote it was interrupted: have nobody interrupt"
              + " ramshot's threads, and try again",
          e);
    }
    String reason = reason(e);
    Optional<DiskError> error = error(e, reason);
    if (error.equals(Optional.of(DiskError.ENAMETOOLONG))) {
      return new FileException(
          file, "has a longer name than its file system takes: choose a shorter one", e);
    }
    return new FileException(
        file,
        "cannot be written ("
            + reason
            + "): "
            + error
                .map(known -> known.remedy(file))
                .orElse("look after the disk, or choose another"),
        e);
  }

  private static Optional<DiskError> error(IOException e, String reason) {
    if (e instanceof NoSuchFileException) {
      return Optional.of(DiskError.ENOENT);
    }
    return e instanceof AccessDeniedException
        ? Optional.of(DiskError.EACCES)
        : DiskError.of(reason);
  }

  /** What an exception says besides the names of files; some say all by their class. */
  static String reason(IOException e) {
    if (e instanceof FileSystemException named && named.getReason() != null) {
      return named.getReason();
    }
    if (e instanceof NoSuchFileException) {
      return "No such file or directory";
    }
    if (e instanceof AccessDeniedException) {
      return "Permission denied";
    }
    return e.getMessage() == null || e instanceof FileSystemException
        ? e.getClass().getSimpleName()
        : e.getMessage();
  }
}
