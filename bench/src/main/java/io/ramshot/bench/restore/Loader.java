package io.ramshot.bench.restore;

import io.ramshot.bench.figures.Sample;

/** A way to get a guest's RAM out of an image into memory that this process has not touched yet. */
interface Loader {

  /** Opens the image: before the host has allocated its RAM, as an agent does. */
  default void open() throws Exception {}

  /**
   * Allocates RAM and sees to it that the guest may run.
   *
   * @return RAM's address
   */
  long load() throws Exception;

  /** Whether some of RAM may be missing when the guest begins. */
  default boolean lazy() {
    return false;
  }

  /** Waits until all of RAM is there. */
  default void awaitAll() throws Exception {}

  /** After that, and before the guest's full speed is measured. */
  default void settle() throws Exception {}

  /** Whether {@link #settle} waits for what a user has too, so that it counts as time lost. */
  default boolean settlesAnyway() {
    return false;
  }

  /** What only it knows. */
  default void tell(Sample sample) {}
}
