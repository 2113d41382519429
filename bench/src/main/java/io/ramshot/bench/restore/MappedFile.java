package io.ramshot.bench.restore;

import io.ramshot.bench.worker.BenchLibrary;
import java.io.IOException;

/**
 * Maps the file as RAM, private and writable, and reads all of it in a thread beside the guest.
 * Nothing is checked.
 */
final class MappedFile implements Loader {
  private final RamRegion region;
  private long address;
  private Thread reader;

  MappedFile(RamRegion region) {
    this.region = region;
  }

  @Override
  public long load() throws IOException {
    address =
        BenchLibrary.check(
            "mapping " + region.file(),
            BenchLibrary.rb_load_map(region.file().toString(), region.offset(), region.bytes()));
    reader = new Thread(() -> BenchLibrary.rb_ram_look(address, region.bytes()), "reader");
    reader.setDaemon(true);
    reader.start();
    return address;
  }

  @Override
  public boolean lazy() {
    return true;
  }

  @Override
  public void awaitAll() throws InterruptedException {
    reader.join();
  }

  /** The first write to a page copies it, for ever so long. */
  @Override
  public void settle() throws IOException {
    BenchLibrary.check("touching RAM", BenchLibrary.rb_ram_touch(address, region.bytes()));
  }
}
