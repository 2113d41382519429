package io.ramshot.uffd;

import java.nio.file.Path;

/** Gives a finished file its name, without ever replacing another. */
public final class ImageName {

  private ImageName() {}

  /** What a file takes on disk, in bytes: less than its length where it has holes. */
  public static long allocatedBytes(Path file) {
    return Engine.rs_allocated_bytes(file.toString());
  }

  /**
   * Renames {@code from} to {@code to}, in one step.
   *
   * @throws EngineException if {@code to} exists by now, or the file system refuses
   */
  public static void give(Path from, Path to) throws EngineException {
    Engine.load();
    int result = Engine.rs_publish(from.toString(), to.toString());
    if (result != 0) {
      throw new EngineException(
          "cannot give the finished file the name "
              + to
              + " ("
              + Engine.rs_error_text(-result)
              + "): choose another name");
    }
  }
}
