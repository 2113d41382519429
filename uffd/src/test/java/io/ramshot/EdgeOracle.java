package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.ImageVerifier.Depth;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * The JVM of {@link EdgeOracleTest}: its guest increments one byte in every page, in order, for
 * ever. So the bytes tell at any instant how far it has come.
 */
final class EdgeOracle {
  /** How a snapshot is taken, and what must show that it was. */
  enum Variant {
    DEFAULTS(options -> options),
    /** The pool is full nearly always: chunks are saved before they are un-protected. */
    ONE_CHUNK_POOL(options -> options.withPoolBytes(Ram.CHUNK)),
    SMALL_PAGES(options -> options.withHugePages(false)),
    BUFFERED(options -> options.withDirectIo(false)),
    RATE_LIMITED(options -> options.withBytesPerSecond(200_000_000).withPoolBytes(8 * Ram.CHUNK)),
    /** Each image is an increment on the one before. */
    INCREMENTS(options -> options.withPoolBytes(8 * Ram.CHUNK)),
    /** As on a kernel without PAGEMAP_SCAN. */
    PAGEMAP_TABLE(options -> options);

    private final UnaryOperator<SnapshotOptions> change;

    Variant(UnaryOperator<SnapshotOptions> change) {
      this.change = change;
    }
  }

  private final ByteBuffer ram;
  private final SplittableRandom random = new SplittableRandom(42);

  /** Bytes the guest increments: one in every page of the block, and its last one. */
  private final int bytes;

  /** How many increments it has made. */
  private long done;

  private long doneAtFreeze;

  /** Increments are to have pages that did not change. */
  private final long mostSinceFreeze;

  private EdgeOracle(ByteBuffer ram, Variant variant) {
    this.ram = ram;
    this.bytes = ram.capacity() / Ram.PAGE + 1;
    this.mostSinceFreeze = variant == Variant.INCREMENTS ? bytes / 8 : Long.MAX_VALUE / 2;
  }

  private int offset(int index) {
    return Math.min(index * Ram.PAGE, ram.capacity() - 1);
  }

  /** Quanta of different lengths, so that the freeze comes anywhere. */
  private void quantum() {
    if (done - doneAtFreeze > mostSinceFreeze) {
      Thread.onSpinWait();
      return;
    }
    int length = random.nextInt(1, 200);
    int index = (int) (done % bytes);
    for (int i = 0; i < length; i++) {
      int at = offset(index);
      ram.put(at, (byte) (ram.get(at) + 1));
      index = index + 1 == bytes ? 0 : index + 1;
    }
    done += length;
  }

  private void check(Path image, long doneAtFreeze) throws Exception {
    SavedRam.verify(image, Depth.EVERY_BYTE);
    byte passes = (byte) (doneAtFreeze / bytes);
    int edge = (int) (doneAtFreeze % bytes);
    try (SavedRam saved = SavedRam.of(image, "ram")) {
      for (int i = 0; i < bytes; i++) {
        byte expected = (byte) (passes + (i < edge ? 1 : 0));
        if (saved.at(offset(i)) != expected) {
          throw new AssertionError(
              String.format(
                  "byte %d of %d is %d instead of %d; the guest was at byte %d of pass %d",
                  i, bytes, saved.at(offset(i)), expected, edge, doneAtFreeze / bytes));
        }
      }
    }
  }

  /**
   * @param arguments variant, address modulo the page size, MiB of RAM, snapshots, folder
   */
  public static void main(String[] arguments) throws Exception {
    Variant variant = Variant.valueOf(arguments[0]);
    ByteBuffer ram =
        Ram.buffer(Integer.parseInt(arguments[2]) * Ram.MIB, Integer.parseInt(arguments[1]));
    new EdgeOracle(ram, variant)
        .run(variant, Integer.parseInt(arguments[3]), Path.of(arguments[4]));
  }

  private void run(Variant variant, int snapshots, Path folder) throws Exception {
    SnapshotOptions options = variant.change.apply(SnapshotOptions.DEFAULTS);
    Guest guest = new Guest();
    guest.hugePages(options.hugePages()); /* or khugepaged may collapse chunks at any time */
    guest.register("ram", ram);
    Gate gate = new Gate(1, () -> doneAtFreeze = done);
    guest.vcpus(gate);
    Vcpu vcpu = Vcpu.start("vcpu", gate, this::quantum);
    long requests = 0;
    long waited = 0;
    long inherited = 0;
    Storm storm = Storm.around(guest);
    for (int i = 0; i < snapshots; i++) {
      vcpu.awaitQuanta(100);
      Path target = folder.resolve(i + ".ramshot");
      SnapshotOptions wanted =
          variant == Variant.INCREMENTS && i > 0
              ? options.withParent(folder.resolve(i - 1 + ".ramshot"))
              : options;
      SnapshotResult result = guest.snapshot(target, wanted).await();
      Expect.completed(result);
      expectVariant(variant, options, result.status());
      /* Looking at the image takes longer than taking it: without rivals, not so much longer. */
      long seen = doneAtFreeze;
      storm.calm();
      gate.freeze(Duration.ofSeconds(60));
      check(target, seen);
      SavedHistory.check(target, result.status());
      gate.thaw();
      storm.rage();
      if (variant == Variant.INCREMENTS) {
        inherited += result.status().pagesInherited();
      } else {
        Files.delete(target);
      }
      requests += result.status().requests();
      waited += result.status().requestsWaited();
    }
    storm.stop();
    vcpu.stop();
    assertTrue(requests > 0, "the guest never met protected RAM");
    assertEquals(variant == Variant.INCREMENTS, inherited > 0, "pages inherited: " + inherited);
    if (variant == Variant.ONE_CHUNK_POOL || variant == Variant.RATE_LIMITED) {
      assertTrue(waited > 0, "the pool was never full");
    }
  }

  private static void expectVariant(
      Variant variant, SnapshotOptions options, SnapshotStatus status) {
    if (variant == Variant.BUFFERED) {
      assertFalse(status.directIo());
    }
    if (variant == Variant.SMALL_PAGES) {
      assertEquals(0, status.hugeChunks());
    }
    if (variant == Variant.RATE_LIMITED) {
      assertTrue(
          status.savingNanos()
              >= (status.writtenBytes() - options.poolBytes()) * 1e9 / options.bytesPerSecond(),
          () -> "faster than its limit: " + status);
    }
    long most = options.poolBytes() == 0 ? status.totalBytes() + Ram.CHUNK : options.poolBytes();
    assertTrue(status.poolBytes() <= most, status::toString);
  }
}
