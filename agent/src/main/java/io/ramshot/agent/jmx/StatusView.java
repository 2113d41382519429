package io.ramshot.agent.jmx;

import io.ramshot.Pause;
import io.ramshot.SnapshotStatus;
import io.ramshot.Stalls;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A snapshot's figures, as open data: {@link SnapshotStatus} item by item, units in the names.
 *
 * <p>All zero, with the state IDLE, before the first snapshot.
 */
public final class StatusView {
  private static final SnapshotStatus NONE =
      new SnapshotStatus(
          null,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          new Stalls(0, 0, 0, 0, 0),
          new Pause(0, 0, 0, 0, 0, 0, 0),
          0,
          0,
          0,
          0,
          false,
          0,
          0,
          "",
          null,
          List.of());

  /** Before the first snapshot. */
  static final StatusView IDLE = new StatusView(null, NONE);

  private final Path target;
  private final SnapshotStatus status;

  StatusView(Path target, SnapshotStatus status) {
    this.target = target;
    this.status = status;
  }

  /** IDLE, or a name of {@link io.ramshot.SnapshotState}. */
  public String getState() {
    return status.state() == null ? "IDLE" : status.state().name();
  }

  /** The file that was asked for, or null. */
  public String getTarget() {
    return Objects.toString(target, null);
  }

  public long getTotalBytes() {
    return status.totalBytes();
  }

  public long getDoneBytes() {
    return status.doneBytes();
  }

  public long getWrittenBytes() {
    return status.writtenBytes();
  }

  public long getChunks() {
    return status.chunks();
  }

  public long getChunksSaved() {
    return status.chunksSaved();
  }

  public long getChunksCopied() {
    return status.chunksCopied();
  }

  public long getChunksAhead() {
    return status.chunksAhead();
  }

  public long getChunksEmpty() {
    return status.chunksEmpty();
  }

  public long getPagesZero() {
    return status.pagesZero();
  }

  /** As the parent has them. */
  public long getPagesInherited() {
    return status.pagesInherited();
  }

  public long getInheritedBytes() {
    return status.inheritedBytes();
  }

  public long getPagesUnpopulated() {
    return status.pagesUnpopulated();
  }

  public long getRequests() {
    return status.requests();
  }

  public long getRequestsWaited() {
    return status.requestsWaited();
  }

  public long getPoolBytes() {
    return status.poolBytes();
  }

  public long getPoolPeakBytes() {
    return status.poolPeakBytes();
  }

  public long getSavingNanos() {
    return status.savingNanos();
  }

  public long getBytesPerSecond() {
    return status.bytesPerSecond();
  }

  public boolean isDirectIo() {
    return status.directIo();
  }

  public long getHugeChunks() {
    return status.hugeChunks();
  }

  public long getOwnBytes() {
    return status.ownBytes();
  }

  /** What made the pool smaller than it would be good for, or empty. */
  public String getMemoryLimit() {
    return status.memoryLimit();
  }

  /** Whom the freeze stopped: gates, threads or nobody; null before it did. */
  public String getFrozen() {
    return status.frozen() == null ? null : status.frozen().word();
  }

  /** About what may go wrong with the snapshot, or after it. */
  public List<String> getWarnings() {
    return status.warnings();
  }

  public StallsView getStalls() {
    return new StallsView(status.stalls());
  }

  public PauseView getPause() {
    return new PauseView(status.pause());
  }
}
