package io.ramshot.uffd;

import io.ramshot.file.Naming;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/** Gives a finished file its name, in one step, without ever replacing another. */
public final class ImageName implements Naming {
  private static final int EEXIST = 17;

  /** What a file takes on disk, in bytes: less than its length where it has holes. */
  public static long allocatedBytes(Path file) {
    return Engine.rs_allocated_bytes(file.toString());
  }

  @Override
  public boolean give(Path descriptor, Path temporary, Path target)
      throws FileAlreadyExistsException {
    int result =
        Engine.rs_publish(PathBytes.of(descriptor), PathBytes.of(temporary), PathBytes.of(target));
    if (result == -EEXIST) {
      throw new FileAlreadyExistsException(target.toString());
    }
    return result == 0;
  }
}
