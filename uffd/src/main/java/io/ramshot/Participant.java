package io.ramshot;

/**
 * Something whose state belongs to a checkpoint besides RAM: CPU registers, a device, a clock.
 *
 * <p>{@link #save} and {@link #load} are called while every vCPU is parked, so they may read and
 * write what vCPUs own. Neither may wait for a vCPU.
 */
public interface Participant {

  /** A name that is unique within the guest and the same in the JVM that restores. */
  String name();

  /**
   * Called before the freeze, while the guest runs: does what {@link #save} would otherwise have to
   * do during the pause, such as looking up and loading classes. Nothing by default.
   */
  default void prepare() throws Exception {}

  /**
   * The state at the freeze.
   *
   * @return the state; ramshot stores the bytes and gives them back unchanged to {@link #load}
   * @throws Exception if the state cannot be saved; the snapshot then fails and the guest goes on
   */
  byte[] save() throws Exception;

  /**
   * Takes on a saved state. RAM has been restored already.
   *
   * @param state what {@link #save} returned
   * @throws Exception if the state cannot be taken on; the restore then fails
   */
  void load(byte[] state) throws Exception;

  /** Whether what it saves is no more, so that there is nothing to save. False by default. */
  default boolean isGone() {
    return false;
  }
}
