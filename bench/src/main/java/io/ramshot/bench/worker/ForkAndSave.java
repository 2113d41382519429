package io.ramshot.bench.worker;

import io.ramshot.SnapshotException;
import io.ramshot.bench.figures.Figure;
import java.io.IOException;

/**
 * What Redis does: fork() at the freeze, and a child that writes what it sees, by copy-on-write.
 *
 * <p>The child writes as the disk likes it best, in C, without a JVM.
 */
final class ForkAndSave implements Contender {
  private static final double BYTES_PER_MB = 1e6;
  private static final double NANOS_PER_MICRO = 1e3;

  /** Under this much available memory the child is killed before the machine kills somebody. */
  private static final long MEMORY_FLOOR = 3L << 29;

  /** So that the child copies while the disk writes. */
  private static final int LEAST_DEPTH = 2;

  private final SaveMethod method;
  private final boolean buffers;

  /**
   * @param buffers whether the child copies into buffers of its own and writes these. O_DIRECT from
   *     memory that is shared makes the kernel copy each page for the child first: that takes CPU
   *     time and memory, but a guest that wants to write the page afterwards need not copy it.
   *     Which is better depends on the guest, so both take part.
   */
  ForkAndSave(SaveMethod method, boolean buffers) {
    this.method = method;
    this.buffers = buffers;
  }

  @Override
  public void save(Turn turn) throws IOException, SnapshotException {
    GuestRam ram = turn.guest().ram();
    long[] forkNanos = new long[1];
    long pid;
    turn.guest().freeze();
    try {
      pid =
          BenchLibrary.rb_fork_save(
              turn.file().toString(),
              ram.address(),
              ram.bytes(),
              Math.max(LEAST_DEPTH, method.depth()),
              turn.cell().sink().bytesPerSecond(),
              buffers ? 1 : 0,
              forkNanos);
    } finally {
      turn.guest().thaw();
    }
    BenchLibrary.check("fork()", pid);
    turn.sample().set(Figure.ARM_US, forkNanos[0] / NANOS_PER_MICRO);
    long awaited = BenchLibrary.rb_fork_await((int) pid, MEMORY_FLOOR);
    turn.end();
    long[] out = new long[BenchLibrary.SAVE_FIGURES + 2];
    long result = BenchLibrary.rb_fork_reap((int) pid, out);
    turn.child(out[BenchLibrary.CHILD_CPU_NANOS], out[BenchLibrary.CHILD_MEMORY]);
    BenchLibrary.check("waiting for the child", awaited);
    if (awaited == 1) {
      turn.incomplete("the child was killed: memory was about to run out");
      return;
    }
    BenchLibrary.check("the child's writing of " + turn.file(), result);
    long bytes = out[BenchLibrary.BYTES];
    long writeNanos = out[BenchLibrary.WRITE_NANOS];
    turn.sample()
        .set(Figure.MB_S, SaveMethod.rate(bytes, writeNanos + out[BenchLibrary.SYNC_NANOS]))
        .set(Figure.WRITE_MB_S, SaveMethod.rate(bytes, writeNanos))
        .set(Figure.FILE_MB, bytes / BYTES_PER_MB)
        .set(Figure.FILE_ALLOCATED_MB, out[BenchLibrary.ALLOCATED] / BYTES_PER_MB);
  }
}
