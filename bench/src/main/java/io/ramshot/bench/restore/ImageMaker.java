package io.ramshot.bench.restore;

import io.ramshot.Guest;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.bench.worker.BenchLibrary;
import io.ramshot.bench.worker.Worker;
import io.ramshot.image.BlockKind;
import java.nio.file.Path;

/**
 * The main program of a JVM that makes an image: a snapshot by ramshot of RAM in which every page
 * has its own content, which does not compress.
 *
 * <p>Arguments: the file to make, and bytes of RAM.
 */
public final class ImageMaker {
  private static final long POOL_BYTES = 64L << 20;

  private ImageMaker() {}

  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    long bytes = Long.parseLong(arguments[1]);
    long address = BenchLibrary.check("allocating RAM", BenchLibrary.rb_ram_reserve(bytes));
    BenchLibrary.rb_ram_fill(address, bytes);
    Guest guest = new Guest();
    guest.register(RamRegion.BLOCK, BlockKind.ADDRESS, address, bytes, null);
    SnapshotResult result =
        guest.snapshot(file, SnapshotOptions.DEFAULTS.withPoolBytes(POOL_BYTES)).await();
    if (result.state() != SnapshotState.COMPLETED) {
      throw new IllegalStateException(result.state() + ": " + result.message());
    }
    System.out.println(Worker.PREFIX + Worker.DONE);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
