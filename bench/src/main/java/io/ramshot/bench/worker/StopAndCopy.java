package io.ramshot.bench.worker;

import io.ramshot.SnapshotException;
import io.ramshot.bench.figures.Figure;
import java.io.IOException;

/** What every Java emulator does today: freeze, write everything, thaw. */
final class StopAndCopy implements Contender {
  private static final double BYTES_PER_MB = 1e6;

  private final SaveMethod method;

  StopAndCopy(SaveMethod method) {
    this.method = method;
  }

  @Override
  public void save(Turn turn) throws IOException, SnapshotException {
    turn.guest().freeze();
    try {
      SaveMethod.Written written =
          SaveMethod.save(turn.cell(), turn.guest().ram(), turn.file(), method.depth());
      turn.sample()
          .set(
              Figure.MB_S,
              SaveMethod.rate(written.bytes(), written.writeNanos() + written.syncNanos()))
          .set(Figure.WRITE_MB_S, SaveMethod.rate(written.bytes(), written.writeNanos()))
          .set(Figure.FILE_MB, written.bytes() / BYTES_PER_MB)
          .set(Figure.FILE_ALLOCATED_MB, written.allocatedBytes() / BYTES_PER_MB);
    } finally {
      turn.guest().thaw();
    }
  }
}
