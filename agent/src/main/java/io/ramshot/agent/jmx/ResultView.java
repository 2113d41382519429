package io.ramshot.agent.jmx;

import io.ramshot.Snapshot;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.SnapshotStatus;
import io.ramshot.text.Printable;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/** How a snapshot ended, or how far it is, as open data. */
public final class ResultView {
  private final SnapshotResult result;
  private final String message;

  ResultView(SnapshotResult result, HostView host) {
    this(result, Printable.line(host.tell(result.message())));
  }

  private ResultView(SnapshotResult result, String message) {
    this.result = result;
    this.message = message;
  }

  /**
   * How a snapshot ended if it has, and else what can be said so far. It may end at any moment, and
   * an end without its result is never shown.
   */
  static ResultView of(Snapshot snapshot, HostView host) throws InterruptedException {
    SnapshotStatus status = snapshot.status();
    if (status.state().ended()) {
      return new ResultView(snapshot.await(), host); // which returns at once
    }
    String message = "still running";
    return new ResultView(
        new SnapshotResult(snapshot.target(), null, null, 0, 0, message, status), message);
  }

  SnapshotState state() {
    return result.state();
  }

  public String getState() {
    return result.state().name();
  }

  public String getTarget() {
    return Objects.toString(result.target(), null);
  }

  /** The image's id, or null unless COMPLETED. */
  public String getId() {
    UUID id = result.id();
    return id == null ? null : id.toString();
  }

  /** The instant of the freeze in ISO 8601, or null if it was not reached. */
  public String getFreezeTime() {
    Instant time = result.freezeTime();
    return time == null ? null : time.toString();
  }

  public long getFileBytes() {
    return result.fileBytes();
  }

  public long getAllocatedBytes() {
    return result.allocatedBytes();
  }

  /** Why it FAILED or was CANCELLED; empty when COMPLETED. */
  public String getMessage() {
    return message;
  }

  public StatusView getStatus() {
    Path target = result.target();
    return new StatusView(target, result.status());
  }
}
