package io.ramshot.agent.timeline;

import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The right to write a timeline, which one JVM has at a time; the kernel takes it from a dead one.
 */
final class TimelineLock implements AutoCloseable {
  /** In a container every JVM is process 1: only with the machine's name it says which. */
  private static final Pattern OWNER = Pattern.compile("([0-9]{1,18})(?: (\\S{1,255}))?");

  private final LockFile file;

  private TimelineLock(LockFile file) {
    this.file = file;
  }

  /**
   * @param folder that only this user can write to
   * @throws TimelineException if another JVM has it, or this one already, or it is no file of ours
   */
  static TimelineLock take(Path folder) throws TimelineException {
    String machine = machine();
    try {
      String self = ProcessHandle.current().pid() + " " + machine;
      return new TimelineLock(LockFile.take(folder.resolve(TimelineName.LOCK), self));
    } catch (LockFile.TakenException e) {
      throw new TimelineException(
          owner(e.owner(), machine)
              + " writes the timeline in "
              + folder
              + ": choose another folder, or stop that",
          e);
    } catch (EngineException e) {
      throw new TimelineException(e.getMessage(), e);
    }
  }

  private static String owner(String text, String here) {
    Matcher owner = OWNER.matcher(text);
    if (!owner.matches()) {
      return "another process";
    }
    String machine = owner.group(2);
    return "process "
        + owner.group(1)
        + (machine == null || machine.equals(here) ? "" : " of machine " + machine);
  }

  /** Of a container, its own. */
  private static String machine() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().replaceAll("\\s+", "-");
    } catch (IOException e) {
      return "?";
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
