package io.ramshot.bench.worker;

import io.ramshot.SnapshotException;
import io.ramshot.bench.figures.Figure;
import java.io.IOException;

/** The reference line for every rate: the same bytes written while nothing else runs. */
final class DiskLimit implements Contender {
  private final SaveMethod method;

  DiskLimit(SaveMethod method) {
    this.method = method;
  }

  @Override
  public void save(Turn turn) throws IOException, SnapshotException {
    turn.guest().freeze();
    SaveMethod.Written written = method.best(turn.cell(), turn.guest().ram(), turn.file());
    turn.sample()
        .set(
            Figure.MB_S,
            SaveMethod.rate(written.bytes(), written.writeNanos() + written.syncNanos()))
        .set(Figure.WRITE_MB_S, SaveMethod.rate(written.bytes(), written.writeNanos()));
  }
}
