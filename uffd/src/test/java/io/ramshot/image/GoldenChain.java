package io.ramshot.image;

import io.ramshot.Guest;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Wrote the golden files {@code chain-1} and {@code chain-2}, once, as {@link GoldenImages} wrote
 * the others: an image and an increment by the engine, with the sections hist and hash. Frozen,
 * too.
 */
final class GoldenChain {
  private static final int PAGE = 4096;

  private GoldenChain() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    ByteBuffer ram = ByteBuffer.allocateDirect(5 << 20);
    fill(ram, 700, 705, 1);
    fill(ram, 1100, 1102, 2);
    Guest guest = new Guest();
    guest.register("ram", ram);
    Path first = folder.resolve("chain-1.ramshot");
    Path second = folder.resolve("chain-2.ramshot");
    take(guest, first, SnapshotOptions.DEFAULTS);
    fill(ram, 702, 704, 3);
    fill(ram, 1101, 1102, 0);
    take(guest, second, SnapshotOptions.DEFAULTS.withParent(first));
    GoldenImages.record(folder, "chain-1");
    GoldenImages.record(folder, "chain-2");
  }

  private static void take(Guest guest, Path file, SnapshotOptions options) throws Exception {
    if (guest.snapshot(file, options).await().state() != SnapshotState.COMPLETED) {
      throw new IOException("no snapshot");
    }
  }

  private static void fill(ByteBuffer ram, int from, int to, int value) {
    for (int page = from; page < to; page++) {
      byte[] bytes = new byte[PAGE];
      Arrays.fill(bytes, (byte) (value == 0 ? 0 : value + page));
      ram.put(page * PAGE, bytes);
    }
  }
}
