package io.ramshot.agent.timeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The right to write a timeline, which one JVM has at a time; the kernel takes it from a dead one.
 */
final class TimelineLock implements AutoCloseable {
  private final FileChannel channel;

  private TimelineLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws TimelineException if another JVM has it, or this one already
   */
  static TimelineLock take(Path folder) throws TimelineException {
    Path file = folder.resolve(TimelineName.LOCK);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String owner = owner(channel);
        channel.close();
        throw new TimelineException(
            owner + " writes the timeline in " + folder + ": choose another folder, or stop that");
      }
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid), 0);
      return new TimelineLock(channel);
    } catch (IOException e) {
      close(channel);
      throw new TimelineException(
          file + " cannot be locked (" + e + "): choose a folder that this user may write to", e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // this JVM itself has it
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(20);
    channel.read(bytes, 0);
    String pid = new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
    return pid.matches("[0-9]+") ? "process " + pid : "another process";
  }

  private static void close(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        return; // closed as far as it can be
      }
    }
  }

  /** The file stays: whoever removed it might remove another's. */
  @Override
  public void close() {
    close(channel);
  }
}
