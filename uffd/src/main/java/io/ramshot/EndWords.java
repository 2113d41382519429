package io.ramshot;

import io.ramshot.file.FileException;
import io.ramshot.text.Cause;
import io.ramshot.text.Listing;
import io.ramshot.uffd.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** What is said of a snapshot that came to nothing: the cause, its value, and what to do. */
final class EndWords {
  /** For when there is no memory for more. */
  static final String LOST =
      "the snapshot's thread was stuck or has died, and the JVM had no memory to say where: give the"
          + " host more heap (-Xmx)";

  /** For when there is none to end it. */
  static final String WITHOUT_MEMORY =
      "the JVM had no memory left to end the snapshot: give the host more heap (-Xmx)";

  /** For a file that was being given its name when its snapshot ended without it. */
  private static final String NAMED = "the file may have got its name, so verify it, or remove it";

  private EndWords() {}

  /** Why it failed, by what was thrown on its thread. */
  static String of(Path target, Throwable thrown) {
    if (thrown instanceof SnapshotException || thrown instanceof EngineException) {
      return Cause.message(thrown);
    }
    if (thrown instanceof IOException e) {
      return FileException.notWritten(target, e).getMessage();
    }
    if (thrown instanceof InterruptedException) {
      return "the snapshot's thread was interrupted: have nobody interrupt ramshot's threads, and"
          + " start the snapshot once more";
    }
    if (thrown instanceof OutOfMemoryError) {
      return outOfMemory(String.valueOf(thrown.getMessage()), thrown);
    }
    return "unexpected " + Cause.text(thrown) + ": please report this";
  }

  /** By what the JVM, or JNA, says of it: not all memory is heap. */
  private static String outOfMemory(String said, Throwable thrown) {
    if (said.contains("thread")) {
      return noThreads(thrown);
    }
    String remedy = "give the host more heap";
    if (said.startsWith("Cannot allocate")) {
      remedy = "make pool= smaller, or raise the limits of the process (ulimit -v, ulimit -d)";
    } else if (said.contains("irect buffer memory")) {
      remedy = "raise -XX:MaxDirectMemorySize";
    } else if (said.contains("etaspace") || said.contains("class space")) {
      remedy = "raise -XX:MaxMetaspaceSize";
    }
    return "the JVM has no memory left (" + said + "): " + remedy;
  }

  /** Why it has no threads. */
  static String noThreads(Throwable thrown) {
    return "the snapshot's threads could not be started ("
        + Cause.text(thrown)
        + "): look after the host's memory, and its limit of processes (ulimit -u, pids.max)";
  }

  /**
   * Why the watch ended it.
   *
   * @param limit that is over
   * @param undone what the host's code did not finish, or empty
   * @param place where the snapshot's thread is
   * @param naming the target, if its file may have got that name already; else null
   */
  static String takenOver(
      SnapshotWatch.Reason reason,
      Duration limit,
      String undone,
      String place,
      SnapshotState stage,
      Path target,
      Path naming) {
    return switch (reason) {
      case NONE, DIED ->
          "the snapshot's thread has died, most likely for want of memory: give the host more heap"
              + " (-Xmx)";
      case CANCELLED -> undone.isEmpty() && naming != null ? NAMED : undone;
      case CALL ->
          undone + ", within " + limit.toMillis() + " ms: mend that, or raise freeze.timeout=";
      case FREEZE ->
          "the freeze took longer than "
              + limit.toMillis()
              + " ms"
              + (undone.isEmpty() ? " (at " + place + ")" : ", because " + undone)
              + ": mend that, or raise freeze.timeout=";
      case STEP ->
          target
              + ": nothing has moved for "
              + limit.toSeconds()
              + " s while "
              + stage
              + " (at "
              + place
              + "): look after the disk, or choose another"
              + (naming == null ? "" : "; " + NAMED);
    };
  }

  /** The engine never had that block. */
  static String freed(Block block) {
    return "block " + block.name() + " was freed before the freeze: start the snapshot once more";
  }

  /** The guest's blocks are others than when the snapshot began. */
  static String changed(List<Block> before, List<Block> now) {
    List<String> names =
        Stream.concat(before.stream(), now.stream())
            .filter(
                block ->
                    before.stream().noneMatch(block::isSame)
                        || now.stream().noneMatch(block::isSame))
            .map(Block::name)
            .distinct()
            .toList();
    return "the guest allocated or freed RAM while the snapshot was prepared ("
        + Listing.of(names)
        + "): start it once more";
  }
}
