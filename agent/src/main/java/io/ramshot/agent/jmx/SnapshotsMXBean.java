package io.ramshot.agent.jmx;

import java.util.List;

/**
 * Live, point-in-time checkpoints of this JVM's guest.
 *
 * <p>Clients lack our classes, so only open types and exceptions of the JDK cross: {@link
 * IllegalArgumentException} for an argument, {@link IllegalStateException} for everything else,
 * each with one line that says what to do.
 */
@Description("Live, point-in-time checkpoints of the RAM of the guest in this JVM (ramshot)")
public interface SnapshotsMXBean {

  /** The bean's object name. */
  String OBJECT_NAME = "io.ramshot:type=Snapshots";

  /** How many ended snapshots {@link #getHistory} remembers. */
  int HISTORY = 32;

  @Description(
      "Starts a snapshot and returns at once, with the absolute path of the file that will exist"
          + " when it is COMPLETED. Refused when a snapshot is running.")
  String start(
      @Description(
              name = "path",
              value =
                  "file to write; must not exist, and ends in .ramshot, or is in the folder of the"
                      + " option jmx.folder. A relative path is resolved against this JVM's working"
                      + " directory")
          String path);

  @Description(
      "Starts an increment, which stores only what has changed since its parent, and returns at"
          + " once as start(path) does.")
  String start(
      @Description(
              name = "path",
              value =
                  "file to write; must not exist, and ends in .ramshot, or is in the folder of the"
                      + " option jmx.folder. A relative path is resolved against this JVM's working"
                      + " directory")
          String path,
      @Description(
              name = "parent",
              value = "image that it builds upon, in the same folder; null or empty for none")
          String parent);

  @Description(
      "Cancels the running snapshot: the guest is released at once, no file remains. Returns"
          + " whether a snapshot was running.")
  boolean cancel();

  @Description(
      "Waits for the newest snapshot to end. Returns its result; when the time is up first, the"
          + " result so far, whose state is not one of COMPLETED, FAILED and CANCELLED.")
  ResultView waitFor(
      @Description(name = "timeoutMillis", value = "how long to wait, in ms; 0 returns at once")
          long timeoutMillis)
      throws InterruptedException;

  @Description(
      "Begins a timeline: takes a checkpoint now and every so often into a folder, and lets the"
          + " oldest go. Goes on with the timeline that is there. Returns the folder's absolute"
          + " path. Refused when one is running, when another JVM writes to the folder, or when its"
          + " checkpoints are another guest's.")
  String startTimeline(
      @Description(
              name = "directory",
              value =
                  "folder for the checkpoints; made, for this user alone, if it does not exist; else"
                      + " it is empty or a timeline's, and nobody else can write to it")
          String directory,
      @Description(
              name = "everyMillis",
              value = "from one checkpoint to the next, in ms, a year at most")
          long everyMillis,
      @Description(name = "keep", value = "how many checkpoints stay") int keep);

  @Description(
      "Ends the timeline, once a checkpoint that is being taken is complete; all checkpoints stay."
          + " Returns whether one was running.")
  boolean stopTimeline();

  @Description("How the timeline is doing; null when there was none")
  TimelineView getTimeline();

  @Description("Figures of the newest snapshot, running or ended; state IDLE before the first")
  StatusView getStatus();

  @Description("How far the restore that this guest began with is; null if it began as ever")
  RestoreView getRestore();

  @Description("How the newest ended snapshot ended; null before that")
  ResultView getLastResult();

  @Description("How the last 32 snapshots ended, oldest first")
  List<ResultView> getHistory();

  @Description("The blocks of guest RAM that a snapshot would save")
  List<BlockView> getBlocks();

  @Description("Where vCPU threads can be frozen; empty when the guest is not frozen as a whole")
  List<String> getGates();

  @Description("The profile in use, why, and what of it matched in this host; none without one")
  String getProfile();

  @Description("What of the options and the profile matched nothing so far, with what to do")
  List<String> getUnmatched();

  @Description(
      "The configured places of RAM that are empty just now, such as a profile's alternatives")
  List<String> getUnusedRam();

  @Description("The agent's options, as they would follow -javaagent:ramshot.jar=")
  String getOptions();

  @Description("The version of ramshot")
  String getVersion();
}
