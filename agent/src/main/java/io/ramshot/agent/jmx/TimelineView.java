package io.ramshot.agent.jmx;

import io.ramshot.agent.timeline.TimelineStatus;
import io.ramshot.text.Printable;
import java.util.Objects;

/** How a timeline is doing, as open data. */
public final class TimelineView {
  private final TimelineStatus status;

  TimelineView(TimelineStatus status) {
    this.status = status;
  }

  public boolean isRunning() {
    return status.running();
  }

  public String getDirectory() {
    return status.plan().folder().toString();
  }

  public long getEveryMillis() {
    return status.plan().every().toMillis();
  }

  public int getKeep() {
    return status.plan().keep();
  }

  /** How many are in the folder. */
  public int getCheckpoints() {
    return status.checkpoints();
  }

  /** The number of the newest, -1 for none. */
  public long getNewest() {
    return status.newest();
  }

  /** ISO 8601, or null. */
  public String getNewestTime() {
    return Objects.toString(status.newestTime(), null);
  }

  /** ISO 8601, or null. */
  public String getOldestTime() {
    return Objects.toString(status.oldestTime(), null);
  }

  public long getTaken() {
    return status.taken();
  }

  /** How many of those taken are increments. */
  public long getIncrements() {
    return status.increments();
  }

  /** Checkpoints that gave way to newer ones. */
  public long getMerged() {
    return status.merged();
  }

  public long getFailed() {
    return status.failed();
  }

  /** Ticks that came while a snapshot, or the work of the tick before, was under way. */
  public long getSkipped() {
    return status.skipped();
  }

  /** What failed last; empty since the last checkpoint that did not. */
  public String getMessage() {
    return Printable.line(status.message());
  }

  /** What failed last, also if checkpoints have been taken since; or empty. */
  public String getLastFailure() {
    return Printable.line(status.lastFailure());
  }

  /** ISO 8601, or null. */
  public String getLastFailureTime() {
    return Objects.toString(status.lastFailureTime(), null);
  }

  /** When the next checkpoint is due, in ISO 8601; null if none is. */
  public String getNextTime() {
    return Objects.toString(status.nextTime(), null);
  }

  /** What it does just now; empty while it waits for the next checkpoint. */
  public String getDoing() {
    return status.doing();
  }

  /** How long it has been doing that, in ms. */
  public long getDoingMillis() {
    return status.doingFor().toMillis();
  }
}
