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
    int result = Engine.rs_publish(bytes(descriptor), bytes(temporary), bytes(target));
    if (result == -EEXIST) {
      throw new FileAlreadyExistsException(target.toString());
    }
    return result == 0;
  }

  /** A path as the kernel knows it: a string may not have all that it has. */
  private static byte[] bytes(Path path) {
    String uri = path.toUri().getRawPath();
    byte[] bytes = new byte[uri.length() + 1]; /* ends in 0 */
    int end = 0;
    for (int at = 0; at < uri.length(); at++) {
      if (uri.charAt(at) == '%') {
        bytes[end++] = (byte) Integer.parseInt(uri.substring(at + 1, at + 3), 16);
        at += 2;
      } else {
        bytes[end++] = (byte) uri.charAt(at);
      }
    }
    return bytes;
  }
}
