package io.ramshot.uffd;

/** What the engine was doing when it failed: {@code enum rs_step} in rs_snapshot.h. */
enum Step {
  NONE,
  MEMORY,
  OPEN_FILE,
  OPEN_UFFD,
  NEGOTIATE,
  REGISTER,
  PAGEMAP,
  THREADS,
  SCAN,
  ARM,
  WRITE,
  RELEASE,
  READ_FAULT,
  STALLED,
  FREED,
  PLACE,
  FETCH,
  LOST,
  READ;

  private static final Step[] VALUES = values();

  static Step of(long code) {
    return VALUES[(int) code];
  }
}
