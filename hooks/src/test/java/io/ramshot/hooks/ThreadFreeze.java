package io.ramshot.hooks;

import com.example.Writers;
import io.ramshot.Guest;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.Vcpus;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * The JVM of {@link ThreadFreezeTest}: a host of several threads without a gate, snapshots of it
 * under storms, and a look at each image.
 */
final class ThreadFreeze {

  private static final int WRITERS = 4;
  private static final int RAM_BYTES = 16 << 20;

  /** More than the heap has: a collection is due before so much was allocated; in bytes. */
  private static final long GARBAGE_BYTES = 512L << 20;

  /** Small enough that no collector has a place of its own for it; in bytes. */
  private static final int GARBAGE_PIECE = 16 << 10;

  /** For a freeze that wants memory, which a suspended thread may hold up. */
  private static final SnapshotOptions IMPATIENT =
      SnapshotOptions.DEFAULTS.withFreezeTimeout(Duration.ofSeconds(1));

  /** Keeps garbage from being optimised away. */
  private static volatile byte[] last;

  private ThreadFreeze() {}

  /** Asks the clock at the instant, and has the collector at work while all stand still. */
  private static final class Watched implements Vcpus {
    final Vcpus vcpus;
    final Writers host;
    final boolean collect;
    final List<Long> freezeNanos = new ArrayList<>();
    volatile boolean starve;
    volatile long frozenAt;
    volatile long thawedAt;

    Watched(Vcpus vcpus, Writers host, boolean collect) {
      this.vcpus = vcpus;
      this.host = host;
      this.collect = collect;
    }

    @Override
    public void freeze(Duration timeout) throws SnapshotException {
      long start = System.nanoTime();
      vcpus.freeze(timeout);
      freezeNanos.add(System.nanoTime() - start);
      frozenAt = host.now();
      if (collect && freezeNanos.size() % 2 == 0) {
        System.gc();
      }
      if (starve) {
        // Wants a collection, while threads may stand still inside JNI's critical sections.
        for (long bytes = 0; bytes < GARBAGE_BYTES; bytes += GARBAGE_PIECE) {
          last = new byte[GARBAGE_PIECE];
        }
      }
    }

    @Override
    public void hold(Duration timeout) throws SnapshotException {
      vcpus.hold(timeout);
    }

    @Override
    public void thaw() {
      thawedAt = host.now();
      vcpus.thaw();
    }
  }

  /**
   * @param arguments what the freeze stops, snapshots, folder, the threads' kind (platform or
   *     virtual), and RAM's: direct, bytes or words
   */
  public static void main(String[] arguments) throws Exception {
    boolean frozen = arguments[0].equals("threads");
    int snapshots = Integer.parseInt(arguments[1]);
    Path folder = Path.of(arguments[2]);
    String ram = arguments[4];
    boolean onHeap = !ram.equals("direct");
    Instrumentation instrumentation = ByteBuddyAgent.getInstrumentation();
    Guest guest = new Guest();
    Hooks hooks =
        Hooks.install(
            instrumentation,
            HookOptions.parse(options(arguments[0], ram)),
            guest,
            line -> System.out.println("warning " + line));
    Writers host = new Writers(WRITERS, RAM_BYTES, ram);
    Watched vcpus = new Watched(hooks.vcpus(), host, frozen && !onHeap);
    guest.vcpus(vcpus);
    HostStorm storm = HostStorm.start(instrumentation, Writers.class);
    host.start(arguments[3].equals("virtual"));
    int defects = 0;
    int refused = 0;
    int starved = 0;
    List<Long> pauses = new ArrayList<>();
    /* Where nobody is frozen, one defect is enough to show that it would be seen. */
    while (pauses.size() < snapshots && (frozen || defects == 0)) {
      awaitTicks(host);
      vcpus.starve = onHeap && (pauses.size() + refused + starved) % 3 == 2;
      Path target = folder.resolve("a.ramshot");
      SnapshotResult result = take(guest, target, vcpus.starve);
      if (result.state() == SnapshotState.COMPLETED) {
        pauses.add(result.status().pause().totalNanos());
        defects += defects(target, host, vcpus);
      } else if (!onHeap || !result.message().contains("the freeze took longer")) {
        throw new AssertionError(result.message());
      } else if (vcpus.starve) {
        starved++;
      } else {
        System.out.println(result.message());
        refused++;
      }
    }
    awaitTicks(host);
    storm.stop();
    host.stop();
    System.out.println(
        Percentiles.text("freeze", vcpus.freezeNanos) + ", " + Percentiles.text("pause", pauses));
    System.out.println("refused " + refused + ", when starved " + starved);
    System.out.println("defects " + defects);
    hooks.close();
  }

  private static SnapshotResult take(Guest guest, Path target, boolean starve) throws Exception {
    while (true) {
      try {
        return guest.snapshot(target, starve ? IMPATIENT : SnapshotOptions.DEFAULTS).await();
      } catch (SnapshotException e) {
        /* What starved goes on with that until it returns. */
        if (!e.getMessage().contains("once it returns")) {
          throw e;
        }
      }
    }
  }

  /** The guest runs on, or this never ends. */
  private static void awaitTicks(Writers host) throws InterruptedException {
    long before = host.now();
    while (host.now() < before + 100_000) {
      Thread.sleep(1);
    }
  }

  /** Looks at an image and removes it; returns 1 if it is wrong, and says how. */
  private static int defects(Path target, Writers host, Watched vcpus) throws IOException {
    String defect = host.defect(read(target), vcpus.frozenAt);
    if (defect == null && vcpus.thawedAt != vcpus.frozenAt) {
      defect = "the clock went on to " + vcpus.thawedAt;
    }
    Files.delete(target);
    if (defect == null) {
      return 0;
    }
    System.out.println("an image is wrong: " + defect);
    return 1;
  }

  private static Map<String, String> options(String freeze, String ram) {
    return ram.equals("direct")
        ? Map.of("ram.min", "8m", "freeze", freeze)
        : Map.of("ram", "com.example.Writers#" + ram, "freeze", freeze);
  }

  private static ByteBuffer read(Path target) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(RAM_BYTES);
    try (Image image = Image.open(target)) {
      ImageBlock block = image.blocks().get(0);
      ByteBuffer page = ByteBuffer.allocateDirect(image.header().pageSize());
      for (long i = 0; bytes.hasRemaining(); i++) {
        page.clear();
        image.readPage(block, i, page);
        page.rewind();
        if (i == 0) {
          page.position(block.lead());
        }
        page.limit(Math.min(page.capacity(), page.position() + bytes.remaining()));
        bytes.put(page);
      }
    }
    return bytes.flip();
  }
}
