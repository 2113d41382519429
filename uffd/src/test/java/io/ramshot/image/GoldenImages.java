package io.ramshot.image;

import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.SnapshotState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * Wrote the golden files of format version 1, once. Frozen: it says how they were made, and is not
 * to make others. What belongs to a later version of the format, or was forgotten, gets files and a
 * program of its own.
 */
final class GoldenImages {
  private static final int PAGE = 4096;

  private static final List<String> NAMES =
      List.of("full", "increment", "second", "other-machine", "engine");

  private GoldenImages() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    full().write(folder.resolve("full.ramshot"));
    increment().write(folder.resolve("increment.ramshot"));
    second().write(folder.resolve("second.ramshot"));
    Path other = folder.resolve("other-machine.ramshot");
    otherMachine().write(other);
    Files.write(
        other, new Forgery(Files.readAllBytes(other)).putInt(16, 2).sealHeader().bytes.array());
    engine(folder.resolve("engine.ramshot"));
    for (String name : NAMES) {
      record(folder, name);
    }
  }

  /** Compresses an image, and writes down what is in it. */
  static void record(Path folder, String name) throws IOException {
    Path image = folder.resolve(name + ".ramshot");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve(image.getFileName() + ".gz")))) {
      Files.copy(image, out);
    }
    try (Image open = Image.open(image)) {
      Files.writeString(folder.resolve(name + ".txt"), GoldenText.of(open));
    }
  }

  /** All kinds of blocks; leads, ends within pages, zero pages; all sections, and two more. */
  private static TestImage full() {
    return new TestImage()
        .id(new UUID(0x0123456789ab4defL, 0x8123456789abcdefL))
        .block(BlockKind.DIRECT, "ram", 16, ram())
        .block(BlockKind.UNSAFE, "one byte", PAGE - 1, new byte[] {42})
        .block(BlockKind.ADDRESS, "two pages", PAGE - 1, new byte[] {1, 2})
        .block(BlockKind.HEAP, "zero", 24, new byte[3 * PAGE])
        .pieces("pieces", 4, 20, Shape.ABSENT, 0, 700)
        .pieces("no pieces but one", 8, 1)
        .block(BlockKind.SEGMENT, "segment", 0, stripes(PAGE, 3))
        .block(BlockKind.MAPPED, "mapped", 0, stripes(2 * PAGE + 5, 4))
        .block(BlockKind.NATIVE, "native", 0, stripes(PAGE, 5))
        .state("cpu", new byte[] {0, -1, 127, -128})
        .state("\u00c9tat \u6bb5 \ud83d\udc0f", new byte[0])
        .state("com.example.Board#0", stripes(300, 6))
        .info("pauseNanos", "123456")
        .info("empty", "")
        .info("lines", "one\ntwo\t\u0000three")
        .extra("note", "for nobody".getBytes(StandardCharsets.UTF_8))
        .extra("zZZZ", new byte[0]);
  }

  /**
   * Pages that changed, became zero, became something; a block that moved in its page; a new one.
   */
  private static TestImage increment() {
    byte[] ram = ram();
    Arrays.fill(ram, at(1), at(2), (byte) 0);
    Arrays.fill(ram, at(2), at(3), (byte) 77);
    Arrays.fill(ram, at(7), at(8), (byte) 78);
    return new TestImage()
        .id(new UUID(0x0123456789ab4defL, 0x8123456789abcdf0L))
        .on(full(), "full.ramshot")
        .block(BlockKind.NATIVE, "new", 0, stripes(PAGE, 7))
        .block(BlockKind.DIRECT, "ram", 16, ram)
        .block(BlockKind.HEAP, "zero", 32, new byte[3 * PAGE])
        .block(BlockKind.MAPPED, "mapped", 8, stripes(2 * PAGE + 5, 4))
        .pieces("pieces", 4, 20, Shape.ABSENT, 0, 700)
        .state("cpu", new byte[] {1});
  }

  /** Inherits from both; one page is again what it was in the first. */
  private static TestImage second() {
    byte[] ram = ram();
    Arrays.fill(ram, at(2), at(3), (byte) 77);
    Arrays.fill(ram, at(5), at(6), (byte) 79);
    return new TestImage()
        .id(new UUID(0x0123456789ab4defL, 0x8123456789abcdf1L))
        .on(increment(), "increment.ramshot")
        .block(BlockKind.DIRECT, "ram", 16, ram)
        .state("cpu", new byte[] {2});
  }

  /** As from a big-endian machine with pages of 16 KiB. */
  private static TestImage otherMachine() {
    return new TestImage(4 * PAGE)
        .id(new UUID(0x0123456789ab4defL, 0x8123456789abcdf2L))
        .block(BlockKind.DIRECT, "ram", 3 * PAGE, stripes(9 * PAGE, 8))
        .state("cpu", new byte[] {1, 2, 3});
  }

  /**
   * By the engine: two blocks, a participant, figures, and what else that build put into a file.
   */
  private static void engine(Path file) throws Exception {
    ByteBuffer ram = ByteBuffer.allocateDirect(5 << 20).put(3 << 20, stripes(3 * PAGE, 9));
    ByteBuffer small = ByteBuffer.allocateDirect(10_000).put(0, stripes(9_000, 10));
    Guest guest = new Guest();
    guest.register("ram", ram);
    guest.register("small", small);
    guest.add(
        new Participant() {
          @Override
          public String name() {
            return "cpu";
          }

          @Override
          public byte[] save() {
            return new byte[] {4, 5, 6};
          }

          @Override
          public void load(byte[] state) {}
        });
    if (guest.snapshot(file).await().state() != SnapshotState.COMPLETED) {
      throw new IOException("no snapshot");
    }
  }

  private static byte[] ram() {
    byte[] ram = stripes(12 * PAGE - 100, 1);
    Arrays.fill(ram, at(3), at(5), (byte) 0);
    Arrays.fill(ram, at(7), at(8), (byte) 0);
    return ram;
  }

  /** Where a page of ram starts. */
  private static int at(int page) {
    return page * PAGE - 16;
  }

  /** Compresses well, and is different in each page. */
  private static byte[] stripes(int length, int seed) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i % 61 * seed + i / PAGE + 1);
    }
    return bytes;
  }
}
