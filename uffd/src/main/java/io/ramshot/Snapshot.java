package io.ramshot;

import java.nio.file.Path;
import java.time.Duration;

/** One snapshot, running or ended. Every method may be called from any thread at any time. */
public interface Snapshot {

  /** The file that was asked for; it exists only once the state is COMPLETED. */
  Path target();

  SnapshotStatus status();

  /**
   * Asks for an early end, in whatever state the snapshot is. The guest is released at once; {@link
   * #await} returns soon after. Harmless when the snapshot has ended.
   *
   * @param reason goes into the result's message
   */
  void cancel(String reason);

  /** Waits for the end, however it comes; look at the result's state. */
  SnapshotResult await() throws InterruptedException;

  /**
   * Waits for the end, but not once this process has run for {@code timeout}.
   *
   * @return the result, or null if the snapshot still runs
   */
  SnapshotResult await(Duration timeout) throws InterruptedException;
}
