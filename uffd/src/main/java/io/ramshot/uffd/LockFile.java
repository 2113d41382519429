package io.ramshot.uffd;

import io.ramshot.text.Printable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file that one writer at a time holds locked, in this JVM or another; the kernel takes the lock
 * from a dead one.
 *
 * <p>Unlike {@link java.nio.channels.FileLock} it is not lost when something else in this JVM opens
 * and closes the file.
 */
public final class LockFile implements AutoCloseable {

  /** Somebody else holds the lock. */
  public static final class TakenException extends Exception {
    private static final long serialVersionUID = 1L;

    private TakenException(String owner) {
      super(owner);
    }

    /** What the owner has written to the file: one line, which may be empty. */
    public String owner() {
      return getMessage();
    }
  }

  private static final int EPERM = 1;
  private static final int EAGAIN = 11;
  private static final int EISDIR = 21;
  private static final int EINVAL = 22;
  private static final int EFBIG = 27;
  private static final int EMLINK = 31;
  private static final int ELOOP = 40;

  /** In bytes; longer files are no locks. */
  private static final int LONGEST = 512;

  private int descriptor;

  private LockFile(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Makes the file, for this user alone, if it does not exist.
   *
   * @param text for others, which tells who holds it
   * @throws TakenException if somebody else holds it
   * @throws EngineException if the file cannot be made, or is not ours: then it stays as it is
   */
  public static LockFile take(Path file, String text) throws EngineException, TakenException {
    Engine.load();
    byte[] owner = new byte[LONGEST + 1];
    int result = Engine.rs_lock_take(PathBytes.of(file), text, owner, owner.length);
    if (result == -EAGAIN) {
      int length = 0;
      while (owner[length] != 0) {
        length++;
      }
      String line = new String(owner, 0, length, StandardCharsets.UTF_8).strip();
      throw new TakenException(Printable.line(line));
    }
    if (result < 0) {
      throw new EngineException(file + " " + problem(-result));
    }
    return new LockFile(result);
  }

  private static String problem(int error) {
    return switch (error) {
      case ELOOP -> "is a symbolic link, and no lock: remove it";
      case EINVAL, EISDIR -> "is no regular file, and so no lock: remove it";
      case EPERM -> "belongs to another user: remove it, or choose another folder";
      case EMLINK -> "is a file that has other names too, and no lock: remove it";
      case EFBIG -> "holds something else than a lock: move it elsewhere";
      default ->
          "cannot be locked ("
              + Engine.rs_error_text(error)
              + "): choose a folder that this user may write to, on a file system with locks";
    };
  }

  /** The file stays: whoever removed it might remove another's. */
  @Override
  public synchronized void close() {
    if (descriptor >= 0) {
      int closing = descriptor;
      descriptor = -1;
      Engine.rs_lock_release(closing);
    }
  }
}
