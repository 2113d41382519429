package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.uffd.GuestMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The JVM of {@link ConfinedTest}: a guest that writes to all of its RAM for ever, or as fast as
 * tracking follows. It says that it is ready, and is then limited from outside.
 */
final class Confined {
  static final int RAM_BYTES = 96 * Ram.MIB;
  private static final int PIECE_BYTES = 4 * Ram.MIB;

  /** What its RAM is, and how it is saved. */
  enum Kind {
    DIRECT,
    BUFFERED,
    INCREMENTS,
    TRACKED,
    ARRAY,
    PIECES,
    LARGE_POOL;

    boolean onHeap() {
      return this == ARRAY || this == PIECES;
    }
  }

  private final Kind kind;
  private final Path folder;
  private final Guest guest = new Guest();

  private Confined(Kind kind, Path folder) {
    this.kind = kind;
    this.folder = folder;
  }

  /**
   * @param arguments kind, folder for images, snapshots, and how many times they are taken: before
   *     each, but for the first, it waits for a file "more" and removes it
   */
  public static void main(String[] arguments) throws Exception {
    new Confined(Kind.valueOf(arguments[0]), Path.of(arguments[1]))
        .run(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
  }

  private void run(int snapshots, int times) throws Exception {
    Vcpu vcpu = Vcpu.start("vcpu", null, quantum());
    vcpu.awaitQuanta(2);
    System.out.println("ready");
    for (int i = 0; i < times; i++) {
      Path more = folder.resolve("more");
      while (!Files.exists(more)) {
        Thread.sleep(10);
      }
      Files.delete(more);
      Path parent = null;
      for (int j = 0; j < snapshots; j++) {
        Path image = folder.resolve(i + "-" + j + ".ramshot");
        SnapshotResult result = guest.snapshot(image, options(parent)).await();
        System.out.printf(
            "%s pool %d own %d by %s %s%s%n",
            result.state(),
            result.status().poolBytes(),
            result.status().ownBytes(),
            result.status().memoryLimit(),
            result.message(),
            result.status().warnings());
        if (kind == Kind.INCREMENTS) {
          parent = image;
        } else {
          Files.deleteIfExists(image);
        }
        vcpu.awaitQuanta(1);
      }
      System.out.println("time " + i);
    }
    vcpu.stop();
  }

  private SnapshotOptions options(Path parent) {
    /* Others may use the disk as well, and a small pool does not bridge that. */
    SnapshotOptions patient = SnapshotOptions.DEFAULTS.withStallLimit(Duration.ofSeconds(60));
    return switch (kind) {
      case BUFFERED -> patient.withDirectIo(false);
      case INCREMENTS -> patient.withParent(parent);
      case LARGE_POOL -> patient.withPoolBytes(1L << 30);
      default -> patient;
    };
  }

  private Runnable quantum() throws IOException {
    return switch (kind) {
      case ARRAY -> {
        byte[] array = new byte[RAM_BYTES];
        guest.add(() -> Map.of("ram", array));
        yield () -> write(array);
      }
      case PIECES -> {
        byte[][] pieces = new byte[RAM_BYTES / PIECE_BYTES][PIECE_BYTES];
        guest.add(() -> Map.of("ram", pieces));
        yield () -> Arrays.stream(pieces).forEach(Confined::write);
      }
      case TRACKED -> {
        ByteBuffer ram = mapped();
        guest.register("ram", BlockKind.MAPPED, GuestMemory.addressOf(ram), RAM_BYTES, ram);
        yield () -> scribble(ram);
      }
      default -> {
        ByteBuffer ram = Ram.buffer(RAM_BYTES);
        guest.register("ram", ram);
        yield () -> Ram.writeEveryPage(ram);
      }
    };
  }

  private static void write(byte[] array) {
    for (int at = 0; at < array.length; at += Ram.PAGE) {
      array[at]++;
    }
  }

  private ByteBuffer mapped() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("guest.ram"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer ram = channel.map(FileChannel.MapMode.READ_WRITE, 0, RAM_BYTES);
      Ram.writeEveryPage(ram);
      return ram;
    }
  }

  /** All of it in turn, but no faster than a disk takes it. */
  private static void scribble(ByteBuffer ram) {
    for (int at = 0; at < RAM_BYTES; at += Ram.PAGE) {
      ram.put(at, (byte) (ram.get(at) + 1));
      if (at % (Ram.MIB / 4) == 0) {
        LockSupport.parkNanos(2_000_000);
      }
    }
  }
}
