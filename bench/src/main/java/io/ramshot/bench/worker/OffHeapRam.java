package io.ramshot.bench.worker;

import java.io.IOException;

/** RAM in a mapping of its own, on huge pages or explicitly not. */
final class OffHeapRam implements GuestRam {

  private final long address;
  private final long bytes;
  private final boolean huge;

  private OffHeapRam(long address, long bytes, boolean huge) {
    this.address = address;
    this.bytes = bytes;
    this.huge = huge;
  }

  static OffHeapRam map(long bytes, boolean huge) throws IOException {
    long address =
        BenchLibrary.check(
            "mapping " + bytes + " bytes of guest RAM",
            BenchLibrary.rb_ram_map(bytes, huge ? 1 : 0));
    return new OffHeapRam(address, bytes, huge);
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void restore() throws IOException {
    if (huge) {
      BenchLibrary.rb_ram_collapse(address, bytes);
    }
    touch();
  }

  @Override
  public void touch() throws IOException {
    BenchLibrary.check(
        "populating guest RAM for writing", BenchLibrary.rb_ram_touch(address, bytes));
  }

  @Override
  public double hugeShare() throws IOException {
    return (double) HugePages.bytes(address, address + bytes) / bytes;
  }
}
