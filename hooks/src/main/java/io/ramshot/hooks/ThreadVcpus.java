package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.Vcpus;
import io.ramshot.image.Frozen;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.HostThreads;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Freezes every Java thread of the host. Where there are gates, vCPU threads come to them first, so
 * that state is saved at a quantum's boundary, and the rest is suspended only while RAM is armed:
 * no code of the host runs then. Without gates all are suspended at once, and state is saved then,
 * for it belongs to the same instant.
 */
final class ThreadVcpus implements Vcpus {

  private final Vcpus gates;
  private final boolean gated;
  private final Consumer<String> warnings;

  /** Who suspended, until it has thawed; or null. */
  private volatile Thread suspender;

  /** What {@link HostThreads} could not be opened for, or null. */
  private final String refusal;

  /**
   * @param gates close first
   * @param gated whether there are any
   */
  ThreadVcpus(Vcpus gates, boolean gated, Consumer<String> warnings) {
    this.gates = gates;
    this.gated = gated;
    this.warnings = warnings;
    refusal = open();
    /* Links what a thaw needs: it may have to do without class loading then. */
    thaw();
  }

  private String open() {
    try {
      boolean virtual = HostThreads.open();
      warnings.accept(
          "freeze=threads: every Java thread of the host is suspended while RAM is armed"
              + (gated ? ", after vCPUs have come to their gates" : "")
              + (virtual || Runtime.version().feature() < 21
                  ? ""
                  : "; but not virtual threads, which this JVM cannot suspend"));
      return null;
    } catch (EngineException e) {
      warnings.accept("freeze=threads: " + e.getMessage());
      return "freeze=threads: " + e.getMessage();
    }
  }

  @Override
  public void freeze(Duration timeout) throws SnapshotException {
    if (refusal != null) {
      throw new SnapshotException(refusal);
    }
    gates.freeze(timeout);
    if (!gated) {
      try {
        suspend();
      } catch (SnapshotException | RuntimeException | Error e) {
        gates.thaw();
        throw e;
      }
    }
  }

  @Override
  public void hold(Duration timeout) throws SnapshotException {
    if (gated) {
      suspend();
    }
  }

  private void suspend() throws SnapshotException {
    try {
      HostThreads.suspend();
    } catch (EngineException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
    suspender = Thread.currentThread();
  }

  @Override
  public Frozen frozen() {
    return Frozen.THREADS;
  }

  @Override
  public void thaw() {
    int strays;
    try {
      strays = refusal == null ? HostThreads.resume() : 0;
    } finally {
      gates.thaw();
    }
    if (Thread.currentThread() == suspender) {
      suspender = null;
      List<HostThreads.Stray> ranOn = strays > 0 ? HostThreads.strays() : List.of();
      HostThreads.leave();
      if (!ranOn.isEmpty()) {
        warnOf(ranOn);
      }
    }
  }

  /** By a thread of its own: where warnings go may be slow, and this is part of the pause. */
  private void warnOf(List<HostThreads.Stray> strays) {
    Thread thread =
        new Thread(
            () -> {
              for (HostThreads.Stray stray : strays) {
                warnings.accept(
                    "thread \"%s\" was in native code when all Java threads were suspended, and ran on: what %s writes to RAM is not of one instant with the rest; give gate= and pause="
                        .formatted(stray.thread().getName(), stray.method()));
              }
            },
            "ramshot-freeze-report");
    thread.setDaemon(true);
    thread.start();
  }
}
