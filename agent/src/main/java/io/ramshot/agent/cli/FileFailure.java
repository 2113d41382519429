package io.ramshot.agent.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why a file could not be written, in a line that ends in what to do. */
final class FileFailure {

  private FileFailure() {}

  static String cannotWrite(Path file, IOException e) {
    if (e instanceof FileAlreadyExistsException) {
      return file + " exists already: remove it, or choose another name";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no directory for " + file + ": make it first";
    }
    if (e instanceof AccessDeniedException) {
      return file + " may not be written by this user: choose another place";
    }
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return file + " cannot be written (" + reason + "): look after the disk, or choose another";
  }
}
