package io.ramshot.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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

  /** Why a file could not be written, whatever threw it. */
  public static FileException notWritten(Path file, IOException e) {
    if (e instanceof FileException known) {
      return known;
    }
    if (e instanceof FileAlreadyExistsException) {
      return exists(file);
    }
    if (e instanceof NoSuchFileException) {
      return new FileException(file, "is in a folder that does not exist: create it first", e);
    }
    if (e instanceof AccessDeniedException) {
      return new FileException(
          file, "cannot be created: this user may not write to its folder, choose another", e);
    }
    String reason = reason(e);
    if (reason.startsWith("File name too long")) {
      return new FileException(
          file, "has a longer name than its file system takes: choose a shorter one", e);
    }
    return new FileException(
        file, "cannot be written (" + reason + "): look after the disk, or choose another", e);
  }

  /** What an exception says besides the names of files; some say all by their class. */
  static String reason(IOException e) {
    if (e instanceof FileSystemException named && named.getReason() != null) {
      return named.getReason();
    }
    return e.getMessage() == null || e instanceof FileSystemException
        ? e.getClass().getSimpleName()
        : e.getMessage();
  }
}
