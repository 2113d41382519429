package io.ramshot;

import io.ramshot.image.Frozen;
import java.time.Duration;

/**
 * The threads that run guest code, as far as a checkpoint needs to know them: they can be frozen at
 * a quantum boundary, and thawed.
 */
public interface Vcpus {

  /** For a guest whose single instant does not matter: its images say that nobody was frozen. */
  Vcpus NONE =
      new Vcpus() {
        @Override
        public void freeze(Duration timeout) {}

        @Override
        public Frozen frozen() {
          return Frozen.NOBODY;
        }

        @Override
        public void thaw() {}
      };

  /** For a guest whose vCPUs the caller has stopped himself, before every snapshot and restore. */
  Vcpus STOPPED =
      new Vcpus() {
        @Override
        public void freeze(Duration timeout) {}

        @Override
        public void thaw() {}
      };

  /**
   * Returns once no vCPU is inside a quantum; none enters one before {@link #thaw}.
   *
   * @param timeout how long to wait for the vCPUs to arrive
   * @throws SnapshotException if a vCPU did not arrive in time; the message names the thread, and
   *     all vCPUs run again
   */
  void freeze(Duration timeout) throws SnapshotException;

  /**
   * Called when all participants have saved, right before RAM is armed: stops what could write to
   * RAM and was not stopped by {@link #freeze}. From here to {@link #thaw} ramshot runs nothing of
   * the host's. Nothing by default.
   *
   * @param timeout as for {@link #freeze}
   * @throws SnapshotException if it could not be done
   */
  default void hold(Duration timeout) throws SnapshotException {}

  /**
   * Whom the freeze that is under way has stopped, for the image and for who reads of it. Asked
   * once in a freeze, right after {@link #hold}. {@link Frozen#GATES} by default: the vCPUs.
   */
  default Frozen frozen() {
    return Frozen.GATES;
  }

  /** Lets the vCPUs run. Harmless when they are not frozen. Never blocks. */
  void thaw();
}
