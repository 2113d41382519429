package io.ramshot.file;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** Gives a finished file its name by a call that Java does not have, where native code is there. */
@FunctionalInterface
public interface Naming {
  /** For programs without native code. */
  Naming NONE = (descriptor, temporary, target) -> false;

  /**
   * Gives the name in one step, and never to the place of another file.
   *
   * @param descriptor of the open file
   * @param temporary its name so far, which it may keep
   * @return false if the system cannot do so
   * @throws FileAlreadyExistsException if the name is taken
   */
  boolean give(Path descriptor, Path temporary, Path target) throws FileAlreadyExistsException;
}
