package io.ramshot.bench.restore;

import io.ramshot.bench.worker.BenchLibrary;
import java.io.IOException;

/** Reads RAM out of the file, as a program does that has its own format; nothing is checked. */
final class PlainRead implements Loader {

  /** More reads in flight make no disk that we know faster. */
  private static final int DEPTH = 4;

  private final RamRegion region;
  private final int way;

  /**
   * @param direct four reads in flight with O_DIRECT, instead of one read(2) after the other
   */
  PlainRead(RamRegion region, boolean direct) {
    this.region = region;
    this.way = direct ? BenchLibrary.LOAD_DIRECT : BenchLibrary.LOAD_PLAIN;
  }

  @Override
  public long load() throws IOException {
    long address =
        BenchLibrary.check("allocating RAM", BenchLibrary.rb_ram_reserve(region.bytes()));
    BenchLibrary.check(
        "reading " + region.file(),
        BenchLibrary.rb_load(
            region.file().toString(),
            region.offset(),
            address,
            region.bytes(),
            way,
            DEPTH,
            new long[1]));
    return address;
  }
}
