package io.ramshot;

import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

/**
 * How a snapshot ended.
 *
 * @param target the file that was asked for
 * @param id the image's id, or null unless COMPLETED
 * @param freezeTime the instant of the freeze by the wall clock, or null if it was not reached
 * @param fileBytes the file's length in bytes, 0 unless COMPLETED
 * @param allocatedBytes what the file takes on disk, in bytes, 0 unless COMPLETED
 * @param message why it FAILED or was CANCELLED, with what to do about it; what to know of one that
 *     is COMPLETED, mostly nothing
 * @param status the final figures
 */
public record SnapshotResult(
    Path target,
    UUID id,
    Instant freezeTime,
    long fileBytes,
    long allocatedBytes,
    String message,
    SnapshotStatus status) {

  SnapshotResult withMessage(String other) {
    return new SnapshotResult(target, id, freezeTime, fileBytes, allocatedBytes, other, status);
  }

  public SnapshotState state() {
    return status.state();
  }
}
