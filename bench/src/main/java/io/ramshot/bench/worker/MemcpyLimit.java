package io.ramshot.bench.worker;

import io.ramshot.SnapshotException;
import io.ramshot.bench.figures.Figure;
import java.io.IOException;

/** The reference line for copies: memcpy of the same bytes while nothing else runs. */
final class MemcpyLimit implements Contender {
  private static final double BYTES_PER_MB = 1e6;

  @Override
  public void save(Turn turn) throws IOException, SnapshotException {
    turn.guest().freeze();
    GuestRam ram = turn.guest().ram();
    long[] rate = new long[1];
    BenchLibrary.check("memcpy", BenchLibrary.rb_memcpy_rate(ram.address(), ram.bytes(), rate));
    turn.sample().set(Figure.MB_S, rate[0] / BYTES_PER_MB);
  }
}
