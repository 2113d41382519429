package io.ramshot.agent.timeline;

import io.ramshot.SnapshotException;
import java.nio.file.Path;
import java.util.Optional;

/** Takes a timeline's checkpoints. */
public interface Camera {

  /**
   * Whether a snapshot is being taken, by whomever, or RAM still comes from an image, which must
   * not change then.
   */
  boolean busy();

  /**
   * Takes a snapshot to its end, however it comes.
   *
   * @param parent to take an increment on
   * @return why there is none; empty if there is
   * @throws SnapshotException if it was refused right away
   */
  String take(Path target, Optional<Path> parent) throws SnapshotException, InterruptedException;

  /** Whether a snapshot that {@link #take} began goes on, whatever became of that call. */
  boolean taking();

  /** What is known of the guest just now. */
  GuestTraits guest();
}
