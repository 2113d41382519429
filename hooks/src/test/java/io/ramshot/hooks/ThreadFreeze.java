package io.ramshot.hooks;

import com.example.Writers;
import io.ramshot.Guest;
import io.ramshot.SnapshotException;
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

  private ThreadFreeze() {}

  /** Asks the clock at the instant, and has the collector at work while all stand still. */
  private static final class Watched implements Vcpus {
    final Vcpus vcpus;
    final Writers host;
    final boolean collect;
    final List<Long> freezeNanos = new ArrayList<>();
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
   * @param arguments what the freeze stops, snapshots, folder, and the threads' kind: platform or
   *     virtual
   */
  public static void main(String[] arguments) throws Exception {
    boolean frozen = arguments[0].equals("threads");
    int snapshots = Integer.parseInt(arguments[1]);
    Path folder = Path.of(arguments[2]);
    Instrumentation instrumentation = ByteBuddyAgent.getInstrumentation();
    Guest guest = new Guest();
    Hooks hooks =
        Hooks.install(
            instrumentation,
            HookOptions.parse(Map.of("ram.min", "8m", "freeze", arguments[0])),
            guest,
            line -> System.out.println("warning " + line));
    Writers host = new Writers(WRITERS, RAM_BYTES);
    Watched vcpus = new Watched(hooks.vcpus(), host, frozen);
    guest.vcpus(vcpus);
    HostStorm storm = HostStorm.start(instrumentation, Writers.class);
    host.start(arguments[3].equals("virtual"));
    int defects = 0;
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < snapshots; i++) {
      long before = host.now();
      while (host.now() < before + 100_000) {
        Thread.sleep(1);
      }
      Path target = folder.resolve(i + ".ramshot");
      SnapshotResult result = guest.snapshot(target).await();
      if (result.state() != SnapshotState.COMPLETED) {
        throw new AssertionError(result.message());
      }
      pauses.add(result.status().pause().totalNanos());
      String defect = host.defect(read(target), vcpus.frozenAt);
      if (defect == null && vcpus.thawedAt != vcpus.frozenAt) {
        defect = "the clock went on to " + vcpus.thawedAt;
      }
      if (defect != null) {
        defects++;
        System.out.println("snapshot " + i + ": " + defect);
      }
      Files.delete(target);
      if (defect != null && !frozen) {
        // One is enough to show that it would be seen.
        break;
      }
    }
    storm.stop();
    host.stop();
    System.out.println(
        Percentiles.text("freeze", vcpus.freezeNanos) + ", " + Percentiles.text("pause", pauses));
    System.out.println("defects " + defects);
    hooks.close();
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
