package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.Saver;
import io.ramshot.uffd.GuestMemory;
import io.ramshot.uffd.Tracking;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * The JVM of {@link MappedRamTest}: the guest's RAM is a file mapped from a disk, and a direct
 * buffer. It increments one byte in every page of both, in order, for ever.
 */
final class MappedRam {
  /** Where the mapping starts in the file: within a page. */
  private static final int LEAD = 100;

  private static final int DIRECT_BYTES = 16 * Ram.MIB;
  private static final int FILE_BYTES = 96 * Ram.MIB;
  private static final String REASON = "somebody wants it so";

  private final Path folder;
  private final Path file;
  private final MappedByteBuffer mapped;
  private final ByteBuffer direct = Ram.buffer(DIRECT_BYTES, 16);
  private final Guest guest = new Guest();
  private final Block block;
  private final Gate gate = new Gate(1, () -> this.doneAtFreeze = this.done);
  private final SplittableRandom random = new SplittableRandom(42);
  private final int bytes;

  /** How long a guest rests after a quantum, in ns. */
  private volatile long restNanos = 1_000_000;

  private long done;
  private long doneAtFreeze;

  private MappedRam(Path folder, Path disk, FileChannel.MapMode mode) throws Exception {
    this.folder = folder;
    file = disk.resolve("guest.ram");
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      mapped = channel.map(mode, LEAD, FILE_BYTES);
    }
    bytes = FILE_BYTES / Ram.PAGE + DIRECT_BYTES / Ram.PAGE;
    long address = GuestMemory.addressOf(mapped);
    assertEquals(LEAD, address % Ram.PAGE);
    assertTrue(Tracking.isNeeded("ram", address, FILE_BYTES), "this disk needs no tracking");
    block = guest.register("ram", BlockKind.MAPPED, address, FILE_BYTES, mapped);
    guest.register("more", direct);
    guest.vcpus(gate);
  }

  private static int offset(int index) {
    return index < FILE_BYTES / Ram.PAGE
        ? index * Ram.PAGE
        : (index - FILE_BYTES / Ram.PAGE) * Ram.PAGE;
  }

  private ByteBuffer ramOf(int index) {
    return index < FILE_BYTES / Ram.PAGE ? mapped : direct;
  }

  private void quantum() {
    int length = random.nextInt(1, 100);
    int index = (int) (done % bytes);
    for (int i = 0; i < length; i++) {
      ByteBuffer ram = ramOf(index);
      ram.put(offset(index), (byte) (ram.get(offset(index)) + 1));
      index = index + 1 == bytes ? 0 : index + 1;
    }
    done += length;
    if (restNanos > 0) {
      LockSupport.parkNanos(restNanos);
    }
  }

  private void check(Path image, long seen) throws Exception {
    SavedRam.verify(image);
    byte passes = (byte) (seen / bytes);
    int edge = (int) (seen % bytes);
    try (SavedRam ram = SavedRam.of(image, "ram");
        SavedRam more = SavedRam.of(image, "more")) {
      for (int i = 0; i < bytes; i++) {
        byte expected = (byte) (passes + (i < edge ? 1 : 0));
        byte found = (ramOf(i) == mapped ? ram : more).at(offset(i));
        if (found != expected) {
          throw new AssertionError(
              String.format(
                  "byte %d of %d is %d instead of %d; the guest was at byte %d of pass %d",
                  i, bytes, found, expected, edge, seen / bytes));
        }
      }
    }
  }

  /**
   * @param arguments what happens, folder for images, folder on a disk
   */
  public static void main(String[] arguments) throws Exception {
    FileChannel.MapMode mode =
        arguments[0].equals("private")
            ? FileChannel.MapMode.PRIVATE
            : FileChannel.MapMode.READ_WRITE;
    new MappedRam(Path.of(arguments[1]), Path.of(arguments[2]), mode).run(arguments[0]);
  }

  private void run(String what) throws Exception {
    if (what.equals("full")) {
      fill(); /* or the image would be all holes */
    }
    Vcpu vcpu = Vcpu.start("vcpu", gate, this::quantum);
    switch (what) {
      case "edge" -> images(20);
      case "private" -> images(4);
      case "fast" -> tooFast();
      case "truncated" -> truncated(vcpu);
      case "written" -> written();
      case "full" -> full();
      case "cancelled" -> cancelled();
      case "freed" -> freed();
      default -> throw new IllegalArgumentException(what);
    }
    if (!what.equals("truncated")) {
      vcpu.awaitQuanta(20);
      vcpu.stop();
    }
  }

  private void fill() {
    for (int i = 1; i < FILE_BYTES; i += Ram.PAGE) {
      mapped.put(i, (byte) 1);
    }
  }

  private void images(int count) throws Exception {
    Storm storm = Storm.around(guest);
    for (int i = 0; i < count; i++) {
      Path target = folder.resolve(i + ".ramshot");
      SnapshotResult result = guest.snapshot(target).await();
      Expect.completed(result);
      assertTrue(result.status().pause().copyNanos() > 0, result::toString);
      long seen = doneAtFreeze;
      storm.calm();
      gate.freeze(Duration.ofSeconds(60));
      check(target, seen);
      long tracked = SavedHistory.savers(target).get(Saver.TRACKING);
      assertTrue(tracked >= FILE_BYTES / Ram.CHUNK, () -> tracked + " chunks were tracked");
      if (i == 0) {
        restore(target, seen);
      }
      gate.thaw();
      storm.rage();
      try (Image image = Image.open(target)) {
        assertTrue(Long.parseLong(image.info().get("track.rounds")) > 0, image.info()::toString);
      }
      Files.delete(target);
    }
    storm.stop();
  }

  private void restore(Path target, long seen) throws Exception {
    for (int i = 0; i < FILE_BYTES; i += Ram.PAGE) {
      mapped.put(i, (byte) -1);
    }
    try (Image image = Image.open(target)) {
      guest.vcpus(Vcpus.STOPPED); /* at the gate, which is to stay closed */
      guest.restore(image);
      guest.vcpus(gate);
    }
    done = seen;
  }

  private void tooFast() throws Exception {
    restNanos = 0;
    SnapshotResult result;
    do {
      /* slower than a disk it may be for once */
      result = guest.snapshot(folder.resolve("a.ramshot")).await();
      if (result.state() == SnapshotState.COMPLETED) {
        Files.delete(result.target());
      }
    } while (result.state() == SnapshotState.COMPLETED);
    Expect.failed(result, "ram", "written", "MiB", "tmpfs");
    restNanos = 1_000_000;
    while (result.state() != SnapshotState.COMPLETED) {
      result = guest.snapshot(folder.resolve("b.ramshot")).await();
    }
    Expect.completed(result);
  }

  /** The guest itself must not touch what is gone: it stands still before. */
  private void truncated(Vcpu vcpu) throws Exception {
    vcpu.stop();
    for (long left : new long[] {FILE_BYTES - 10 * Ram.MIB, 0}) {
      Guest other = new Guest();
      other.vcpus(new Gate(0, () -> truncate(left)));
      other.register("ram", BlockKind.MAPPED, block.address(), block.length(), mapped);
      SnapshotResult result = other.snapshot(folder.resolve("a.ramshot")).await();
      Expect.failed(result, "ram", "truncated");
    }
    Guest other = new Guest();
    other.register("ram", BlockKind.MAPPED, block.address(), block.length(), mapped);
    Expect.failed(other.snapshot(folder.resolve("a.ramshot")).await(), "ram", "truncated");
  }

  private void truncate(long length) {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(length);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void written() throws Exception {
    guest.add(
        new TestParticipant("writer") {
          @Override
          public byte[] save() throws Exception {
            try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
              access.seek(5000);
              access.write(access.read());
            }
            return new byte[0];
          }
        });
    Expect.failed(guest.snapshot(folder.resolve("a.ramshot")).await(), "ram", "system call");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer second = channel.map(FileChannel.MapMode.READ_WRITE, FILE_BYTES / 2, 1);
      Expect.failed(guest.snapshot(folder.resolve("a.ramshot")).await(), "ram", "second time");
      Reference.reachabilityFence(second);
    }
  }

  private void full() throws Exception {
    Expect.failed(
        guest.snapshot(folder.resolve("a.ramshot")).await(), "No space left on device", "is full");
  }

  private void cancelled() throws Exception {
    Path target = folder.resolve("a.ramshot");
    for (int i = 0; i < 12; i++) {
      Snapshot snapshot = guest.snapshot(target);
      LockSupport.parkNanos(random.nextLong(200_000_000));
      snapshot.cancel(REASON);
      SnapshotResult result = snapshot.await();
      if (result.state() == SnapshotState.COMPLETED) {
        Expect.completed(result);
        Files.delete(target);
      } else {
        Expect.cancelled(result, REASON);
      }
    }
    Snapshot slow = guest.snapshot(target, SnapshotOptions.DEFAULTS.withBytesPerSecond(1_000_000));
    LockSupport.parkNanos(300_000_000);
    slow.cancel(REASON);
    Expect.cancelled(slow.await(), REASON);
  }

  /** Freed while it is copied: nobody waits, and the snapshot says so. */
  private void freed() throws Exception {
    Snapshot slow =
        guest.snapshot(
            folder.resolve("a.ramshot"), SnapshotOptions.DEFAULTS.withBytesPerSecond(1_000_000));
    LockSupport.parkNanos(300_000_000);
    guest.unregister(block);
    Expect.failed(slow.await(), "ram", "was freed before the freeze");
  }
}
