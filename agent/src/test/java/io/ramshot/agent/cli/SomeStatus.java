package io.ramshot.agent.cli;

import io.ramshot.Pause;
import io.ramshot.SnapshotState;
import io.ramshot.SnapshotStatus;
import io.ramshot.Stalls;
import java.util.List;

/** A snapshot's figures, most of them 0. */
public final class SomeStatus {

  private SomeStatus() {}

  /**
   * @param savingNanos 0 for one that has not come to saving
   */
  public static SnapshotStatus of(
      SnapshotState state, long totalBytes, long doneBytes, long writtenBytes, long savingNanos) {
    return of(
        state,
        totalBytes,
        doneBytes,
        writtenBytes,
        savingNanos,
        savingNanos == 0 ? new Pause(0, 0, 0, 0, 0, 0, 0) : new Pause(1, 1, 1, 1, 1, 1, 1_000_000));
  }

  static SnapshotStatus of(
      SnapshotState state,
      long totalBytes,
      long doneBytes,
      long writtenBytes,
      long savingNanos,
      Pause pause) {
    return new SnapshotStatus(
        state,
        totalBytes,
        doneBytes,
        writtenBytes,
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
        pause,
        0,
        0,
        savingNanos,
        0,
        false,
        0,
        0,
        "",
        null,
        List.of());
  }
}
