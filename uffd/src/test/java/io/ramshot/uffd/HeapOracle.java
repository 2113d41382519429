package io.ramshot.uffd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** The JVM of {@link HeapOracleTest}: a guest whose RAM is an array on the Java heap. */
final class HeapOracle {
  private static final int PAGE = 4096;
  private static final int MIB = 1 << 20;
  private static final int SMALL = 300_000;
  private static final long STALL_LIMIT = 30_000_000_000L;

  private final HeapRam ram;
  private final byte[] small = new byte[SMALL];
  private final Path folder;
  private volatile boolean stop;
  private volatile boolean closed;
  private final Phaser gate = new Phaser(2);
  private long done;
  private volatile long seen;

  /** What lies before the array, and can be dropped to have the collector move it. */
  private byte[][] before;

  private final byte[][] garbage = new byte[256][];

  private HeapOracle(String type, int mib, Path folder) {
    before = new byte[][] {new byte[mib * MIB], new byte[mib * MIB]};
    ram = HeapRam.of(type, mib * MIB - 3 * Long.BYTES);
    for (int i = 0; i < small.length; i++) {
      small[i] = (byte) (i * 7 + 1);
    }
    this.folder = folder;
  }

  /**
   * @param arguments what to do, element type, MiB, snapshots, folder
   */
  public static void main(String[] arguments) throws Exception {
    HeapOracle oracle =
        new HeapOracle(
            arguments[1], Integer.parseInt(arguments[2]), Path.of(arguments[4]).toRealPath());
    int snapshots = Integer.parseInt(arguments[3]);
    switch (arguments[0]) {
      case "storm" -> oracle.storm(snapshots);
      case "move" -> oracle.move();
      case "shrink" -> oracle.shrink(false);
      case "drop" -> oracle.shrink(true);
      case "refuse" -> oracle.refuse();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  // --- the guest ------------------------------------------------------------------------------

  private void guest() {
    while (!stop) {
      if (closed) {
        gate.arriveAndAwaitAdvance();
        gate.arriveAndAwaitAdvance();
      }
      for (int i = 0; i < 100; i++) {
        ram.step(done);
        done++;
      }
      seen = done;
    }
  }

  private void awaitProgress() throws InterruptedException {
    long goal = seen + 2000;
    while (seen < goal) {
      Thread.sleep(1);
    }
  }

  private Thread start(Runnable run, String name) {
    Thread thread = new Thread(run, name);
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (failed, cause) -> {
          cause.printStackTrace();
          Runtime.getRuntime().halt(3);
        });
    thread.start();
    return thread;
  }

  private void allocate(int which) {
    while (!stop) {
      for (int i = 0; i < 2000; i++) {
        garbage[i * 2 % garbage.length + which] = new byte[16 << 10];
      }
      if (which == 0) {
        System.gc();
      } else {
        Thread.getAllStackTraces();
      }
    }
  }

  // --- a snapshot -----------------------------------------------------------------------------

  private static int most(long length) {
    return (int) ((length + 2 * PAGE - 2) / PAGE);
  }

  private List<Object> arrays() {
    return Arrays.asList(ram.array(), small);
  }

  private long fileOffset(int range) {
    return range == 0 ? MIB : MIB + (long) most(bytes()) * PAGE;
  }

  private long bytes() {
    return (long) ram.length * ram.bytesEach;
  }

  private Capture prepare(Path file, long pool, long rate) throws Exception {
    Files.createFile(file);
    return Capture.prepare(
        new CaptureOptions(pool, 0, rate, STALL_LIMIT, true, false),
        List.of(
            new Range("ram", 0, bytes(), fileOffset(0), most(bytes()), true),
            new Range("small", 0, SMALL, fileOffset(1), most(SMALL), true)),
        file,
        file);
  }

  /** How many increments the guest had made. */
  private long freeze(Capture capture) throws EngineException {
    closed = true;
    gate.arriveAndAwaitAdvance();
    closed = false;
    long start = System.nanoTime();
    long frozen = done;
    try {
      capture.arm(arrays());
    } finally {
      long pause = System.nanoTime() - start;
      gate.arriveAndAwaitAdvance();
      System.out.printf(
          "pause %d us: place %d edges %d scan %d arm %d; huge %d of %d%n",
          pause / 1000,
          capture.figure(Figure.PLACE_NS) / 1000,
          capture.figure(Figure.EDGES_NS) / 1000,
          capture.figure(Figure.SCAN_NS) / 1000,
          capture.figure(Figure.ARM_NS) / 1000,
          capture.figure(Figure.CHUNKS_HUGE),
          capture.figure(Figure.CHUNKS));
    }
    return frozen;
  }

  private static Phase end(Capture capture) throws InterruptedException {
    Phase phase;
    do {
      phase = capture.await(10);
      Thread.yield();
    } while (!phase.ended());
    return phase;
  }

  private static ByteBuffer read(Path file, Capture capture, int range, long offset, long length)
      throws IOException {
    long lead = capture.address(range) % PAGE;
    ByteBuffer bytes = ByteBuffer.allocateDirect((int) length);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes, offset + lead + bytes.position()) > 0) {
        Thread.yield();
      }
    }
    assertEquals(0, bytes.remaining(), "the file is short");
    return bytes.flip();
  }

  private static void checkTables(Path file, Capture capture, int range, long offset, long length)
      throws IOException {
    ByteBuffer kinds = capture.kinds(range);
    ByteBuffer crcs = capture.crcs(range).order(ByteOrder.nativeOrder());
    int pages = (int) ((capture.address(range) % PAGE + length + PAGE - 1) / PAGE);
    assertEquals(pages, kinds.capacity());
    assertEquals(4 * pages, crcs.capacity());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer page = ByteBuffer.allocate(PAGE);
      for (int i = 0; i < pages; i++) {
        page.clear();
        channel.read(page, offset + (long) i * PAGE);
        CRC32C crc = new CRC32C();
        crc.update(page.array(), 0, PAGE);
        assertEquals(1, kinds.get(i), "page " + i + " is not stored");
        assertEquals((int) crc.getValue(), crcs.getInt(4 * i), "checksum of page " + i);
      }
    }
  }

  private void check(Path file, Capture capture, long frozen) throws IOException {
    assertNull(ram.compare(read(file, capture, 0, fileOffset(0), bytes()), frozen));
    checkTables(file, capture, 0, fileOffset(0), bytes());
    byte[] bytes = new byte[SMALL];
    read(file, capture, 1, fileOffset(1), SMALL).get(bytes);
    assertTrue(Arrays.equals(small, bytes), "the small array");
    checkTables(file, capture, 1, fileOffset(1), SMALL);
  }

  private static void nothingProtected() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/smaps"))) {
      assertEquals(
          0,
          lines
              .filter(line -> line.startsWith("VmFlags:"))
              .filter(line -> line.contains(" uw") || line.contains(" um"))
              .count(),
          "memory is still registered with userfaultfd");
    }
  }

  private void storm(int snapshots) throws Exception {
    before = null;
    start(this::guest, "guest");
    start(() -> allocate(0), "storm-0");
    start(() -> allocate(1), "storm-1");
    long requests = 0;
    for (int i = 0; i < snapshots; i++) {
      awaitProgress();
      Path file = folder.resolve(i + ".part");
      long pool = i % 3 == 0 ? 2 * MIB : bytes();
      try (Capture capture = prepare(file, pool, 0)) {
        capture.collapse(arrays());
        long frozen = freeze(capture);
        assertEquals(Phase.DONE, end(capture), capture::failure);
        capture.requireWhole();
        nothingProtected();
        check(file, capture, frozen);
        requests += capture.figure(Figure.REQUESTS);
      }
      Files.delete(file);
    }
    stop = true;
    assertTrue(requests > 0, "the guest never met protected RAM");
  }

  private long address() {
    return HeapArrays.addresses(arrays())[0];
  }

  /** The collector moves the array between preparing and the freeze, and while it is saved. */
  private void move() throws Exception {
    System.gc(); /* what is before it is where it stays */
    start(this::guest, "guest");
    Path file = folder.resolve("move.part");
    try (Capture capture = prepare(file, 4 * MIB, 40_000_000)) {
      capture.collapse(arrays());
      long first = address();
      before[0] = null;
      System.gc();
      long second = address();
      assertNotEquals(first, second, "of this test itself: the array was not moved");
      long frozen = freeze(capture);
      assertEquals(second, capture.address(0));
      before[1] = null;
      System.gc();
      assertNotEquals(second, address(), "of this test itself: the array was not moved again");
      assertEquals(Phase.ARMED, capture.phase(), "of this test itself: saved too early");
      start(() -> allocate(0), "storm-0");
      start(() -> allocate(1), "storm-1");
      assertEquals(Phase.DONE, end(capture), capture::failure);
      capture.requireWhole();
      check(file, capture, frozen);
    }
    awaitProgress();
    nothingProtected();
  }

  /**
   * The heap gives memory back while it is saved: where the array was before it was moved, or, for
   * a collector that does not, where it was before it was dropped.
   */
  private void shrink(boolean dropped) throws Exception {
    byte[][] garbageBehind = {new byte[(int) bytes()]};
    System.gc();
    if (!dropped) {
      start(this::guest, "guest");
    }
    Path file = folder.resolve("shrink.part");
    try (Capture capture = prepare(file, 4 * MIB, 10_000_000)) {
      long frozen = dropped ? 0 : freeze(capture);
      if (dropped) {
        capture.arm(arrays());
      }
      before = null;
      garbageBehind[0] = null;
      if (dropped) {
        ram.drop();
      }
      for (int i = 0; i < 4 && !capture.phase().ended(); i++) {
        System.gc();
        Thread.sleep(50);
      }
      Phase phase = end(capture);
      System.out.println(phase + " " + (phase == Phase.DONE ? "" : capture.failure()));
      if (phase == Phase.DONE) {
        capture.requireWhole();
        if (!dropped) {
          check(file, capture, frozen);
        }
      } else {
        assertEquals(Phase.FAILED, phase);
        String message = capture.failure();
        assertTrue(message.contains("block ram") && message.contains("-Xms"), message);
      }
      System.out.println("ended as " + phase);
    }
    if (!dropped) {
      awaitProgress();
    }
    System.gc();
    nothingProtected();
  }

  /** Under -Xcheck:jni arrays are copied: their addresses are worth nothing. */
  private void refuse() throws Exception {
    before = null;
    try (Capture capture = prepare(folder.resolve("refuse.part"), 2 * MIB, 0)) {
      capture.collapse(arrays());
      EngineException refused = null;
      try {
        capture.arm(arrays());
      } catch (EngineException e) {
        refused = e;
      }
      assertTrue(
          refused != null && refused.getMessage().contains("-Xcheck:jni"), String.valueOf(refused));
    }
  }
}
