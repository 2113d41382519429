package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The JVM of {@link CounterOracleTest}: threads at random pages, which nothing parks at the freeze.
 *
 * <p>A page holds a version in each of its words, with a checksum that belongs to this page, word
 * and version. A writer takes a page to its next version word by word, in order. So at any instant
 * a page's first words are at one version and the rest, perhaps none, at the one before; everything
 * else is a torn or a late copy.
 */
final class CounterOracle {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int WRITERS = 3;
  private static final int WORDS = 32;
  private static final int STRIDE = Ram.PAGE / WORDS;

  private final ByteBuffer ram;
  private final int pages;

  private CounterOracle(ByteBuffer ram) {
    this.ram = ram;
    this.pages = ram.capacity() / Ram.PAGE;
  }

  private static long word(long version, int page, int index) {
    long mixed = (version * 0x9E3779B97F4A7C15L) ^ (page * 64L + index) * 0xBF58476D1CE4E5B9L;
    return version << 32 | (mixed ^ mixed >>> 29) & 0xFFFFFFFFL;
  }

  private static long version(long word) {
    return word >>> 32;
  }

  private void write(int page, long version) {
    for (int i = 0; i < WORDS; i++) {
      LONG.setRelease(ram, page * Ram.PAGE + i * STRIDE, word(version, page, i));
    }
  }

  private long versionOf(int page) {
    return version((long) LONG.getAcquire(ram, page * Ram.PAGE));
  }

  private long[] versions() {
    long[] versions = new long[pages];
    for (int page = 0; page < pages; page++) {
      versions[page] = versionOf(page);
    }
    return versions;
  }

  private static String defect(SavedRam saved, int page, long oldest, long newest)
      throws Exception {
    long first = version(saved.longAt((long) page * Ram.PAGE));
    if (first < oldest || first > newest) {
      return "is at version " + first + ", which was not between " + oldest + " and " + newest;
    }
    long current = first;
    for (int i = 0; i < WORDS; i++) {
      long word = saved.longAt((long) page * Ram.PAGE + i * STRIDE);
      if (current == first && version(word) == first - 1) {
        current = first - 1;
      }
      if (word != word(current, page, i)) {
        return "is torn: word "
            + i
            + " is "
            + Long.toHexString(word)
            + " after version "
            + Long.toHexString(current);
      }
    }
    return null;
  }

  /**
   * @param arguments bytes of the pool, snapshots, folder
   */
  public static void main(String[] arguments) throws Exception {
    new CounterOracle(Ram.buffer(64 * Ram.MIB))
        .run(
            SnapshotOptions.DEFAULTS.withPoolBytes(Long.parseLong(arguments[0])),
            Integer.parseInt(arguments[1]),
            Path.of(arguments[2]));
  }

  private void run(SnapshotOptions options, int snapshots, Path folder) throws Exception {
    for (int page = 0; page < pages; page++) {
      write(page, 1);
    }
    Guest guest = new Guest();
    guest.register("ram", ram);
    List<Vcpu> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int own = i;
      SplittableRandom random = new SplittableRandom(i);
      writers.add(
          Vcpu.start(
              "writer-" + i,
              null,
              () -> {
                int page = random.nextInt(pages / WRITERS) * WRITERS + own;
                write(page, versionOf(page) + 1);
              }));
    }
    long requests = 0;
    for (int i = 0; i < snapshots; i++) {
      Path target = folder.resolve(i + ".ramshot");
      long[] oldest = versions();
      Snapshot snapshot = guest.snapshot(target, options);
      Expect.awaitState(snapshot, SnapshotState.SAVING);
      long[] newest = versions();
      SnapshotResult result = snapshot.await();
      Expect.completed(result);
      requests += result.status().requests();
      SavedRam.verify(target);
      try (SavedRam saved = SavedRam.of(target, "ram")) {
        for (int page = 0; page < pages; page++) {
          String defect = defect(saved, page, oldest[page], newest[page]);
          if (defect != null) {
            throw new AssertionError("page " + page + " " + defect);
          }
        }
      }
      Files.delete(target);
    }
    for (Vcpu writer : writers) {
      writer.stop();
    }
    assertTrue(requests > 0, "the writers never met protected RAM");
  }
}
