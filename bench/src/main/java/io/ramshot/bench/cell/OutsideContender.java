package io.ramshot.bench.cell;

import io.ramshot.bench.figures.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A contender that brings a guest of its own, because it cannot save ours: another emulator.
 *
 * <p>The bench finds it through {@link java.util.ServiceLoader}, and gives it its turn between the
 * others, whose guest stands still meanwhile.
 */
public interface OutsideContender {

  /** The name in tables and files, like {@code qemu}. */
  String name();

  /** Whether it can run a guest like this cell's. */
  boolean takesPartIn(Cell cell);

  /** Why it cannot run on this machine, in one line that ends in what to do; empty if it can. */
  Optional<String> unavailable();

  /**
   * Starts a guest like the cell's, lets it warm up, takes one snapshot and ends it.
   *
   * @param round counted from 1
   * @param folder where its files go; they are gone when this returns
   * @return what it measured: at least {@code GUEST_SHARE}, {@code DURATION_MS} and {@code
   *     LOST_MS_PER_GIB}, or a failure
   */
  Sample round(Cell cell, int round, Path folder) throws IOException, InterruptedException;
}
