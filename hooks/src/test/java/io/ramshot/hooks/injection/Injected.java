package io.ramshot.hooks.injection;

import com.example.Ticker;
import io.ramshot.Guest;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.injection.Trap.Kind;
import io.ramshot.hooks.injection.Trap.Shot;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.bytebuddy.agent.ByteBuddyAgent;

/**
 * The JVM of {@link InjectionTest}: takes one snapshot after the other, in each of which something
 * happens to one call of ramshot's own, and looks whether that snapshot's trouble ends with it.
 */
public final class Injected {
  private static final int PAGE = 4096;
  private static final int RAM_BYTES = 4 << 20;

  /** Of a step of ramshot's own. */
  private static final String STEP_LIMIT = "ramshot.step.limit.ms";

  /** A busy machine may take long; what hangs takes for ever. */
  private static final Duration END_LIMIT = Duration.ofSeconds(20);

  private static final SnapshotOptions PATIENT =
      SnapshotOptions.DEFAULTS
          .withPoolBytes(SnapshotOptions.CHUNK_BYTES)
          .withFreezeTimeout(Duration.ofSeconds(10));

  private static final SnapshotOptions IMPATIENT =
      PATIENT.withFreezeTimeout(Duration.ofMillis(200));

  private final Guest guest = new Guest();
  private final Path folder;
  private final boolean increments;
  private final boolean gated;
  private final Ticker host;
  private final ByteBuffer ram;
  private int snapshots;
  private Path parent;

  private Injected(Path folder, String mode) throws Exception {
    this.folder = folder;
    increments = mode.equals("increments");
    ram = ram(mode);
    byte[] heap = mode.equals("heap") ? new byte[RAM_BYTES] : null;
    Map<String, String> options = new HashMap<>();
    gated = !mode.equals("threads");
    if (gated) {
      options.put("gate", "com.example.Ticker::step");
    } else {
      options.put("freeze", "threads");
    }
    options.put("state", "com.example.Ticker::save/load");
    if (heap != null) {
      options.put("ram", "com.example.Ticker#heap");
    }
    Hooks hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(options),
            guest,
            line -> System.out.println("warning " + line));
    guest.vcpus(hooks.vcpus());
    if (heap == null) {
      guest.register("ram", ram);
    }
    host = new Ticker(ram, heap);
    host.start();
  }

  private ByteBuffer ram(String mode) throws Exception {
    if (!mode.equals("mapped")) {
      return ByteBuffer.allocateDirect(RAM_BYTES);
    }
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("ram"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, RAM_BYTES);
      return mapped;
    }
  }

  /**
   * @param arguments mode, folder, and how many injections, as for {@link #spread}
   */
  public static void main(String[] arguments) throws Exception {
    Injected injected = new Injected(Path.of(arguments[1]), arguments[0]);
    injected.follow(); // loads what there is to load
    TrapAdvice.weave();
    injected.follow();
    List<Shot> shots = spread(injected.shots(), arguments[2]);
    System.out.println(shots.size() + " of them are hit");
    int fired = 0;
    int bad = 0;
    long start = System.nanoTime();
    for (Shot shot : shots) {
      Outcome outcome = injected.shoot(shot);
      fired += outcome.fired ? 1 : 0;
      if (!outcome.faults.isEmpty()) {
        bad++;
        System.out.println("FAULT " + outcome);
      }
    }
    System.out.println(
        "fired %d, bad %d, in %d s"
            .formatted(fired, bad, (System.nanoTime() - start) / 1_000_000_000));
    Runtime.getRuntime().halt(bad == 0 ? 0 : 1);
  }

  /**
   * @param wanted how many; {@code calls} for each call by one kind, {@code all} for all
   */
  private static List<Shot> spread(List<Shot> all, String wanted) {
    int kinds = Kind.values().length;
    List<Shot> some = new ArrayList<>();
    if (wanted.equals("all") || wanted.equals("calls")) {
      for (Shot shot : all) {
        if (wanted.equals("all") || shot.call() % kinds == shot.kind().ordinal()) {
          some.add(shot);
        }
      }
      return some;
    }
    int step = all.size() / Integer.parseInt(wanted) | 1; // odd, so that all kinds have their turn
    for (int i = step / 2; i < all.size(); i += step) {
      some.add(all.get(i));
    }
    return some;
  }

  /** Every call that a snapshot makes, by every kind. */
  private List<Shot> shots() throws Exception {
    Trap.set(null);
    take(PATIENT);
    Trap.clear();
    List<Shot> all = new ArrayList<>();
    Kind[] kinds = Kind.values();
    Trap.counts()
        .forEach(
            (thread, count) -> {
              /* What looks again and again does the same each time. */
              int most = thread.equals("ramshot-snapshot-watch") ? Math.min(count, 40) : count;
              for (int call = 1; call <= most; call++) {
                for (Kind kind : kinds) {
                  all.add(new Shot(thread, call, kind));
                }
              }
            });
    System.out.println(Trap.counts());
    return all;
  }

  private static final class Outcome {
    final Shot shot;
    final List<String> faults = new ArrayList<>();
    boolean fired;
    String message = "";

    Outcome(Shot shot) {
      this.shot = shot;
    }

    @Override
    public String toString() {
      return shot + " (" + Trap.where() + "): " + faults + "; it said: " + message;
    }
  }

  private Outcome shoot(Shot shot) throws Exception {
    Outcome outcome = new Outcome(shot);
    System.setProperty(STEP_LIMIT, shot.kind() == Kind.BLOCK ? "300" : "60000");
    Trap.set(shot);
    SnapshotResult result = null;
    try {
      result = take(shot.kind() == Kind.BLOCK ? IMPATIENT : PATIENT);
      if (result == null) {
        outcome.faults.add("has not ended, " + guest.newest().get().status().state());
      } else {
        outcome.message = result.state() + " " + result.message();
        if (result.state() == SnapshotState.COMPLETED) {
          check(result.target(), outcome);
        }
      }
    } catch (SnapshotException e) {
      outcome.message = "refused: " + e.getMessage();
    }
    outcome.fired = Trap.where() != null;
    String protectedRange = protectedRange();
    if (protectedRange != null) {
      outcome.faults.add("still registered: " + protectedRange);
    }
    awaitTicks(outcome);
    Trap.clear();
    System.setProperty(STEP_LIMIT, "60000");
    awaitThreads(outcome);
    /* Only now: what was blocked right after it gave the name takes that away again. */
    if (result != null
        && result.state() != SnapshotState.COMPLETED
        && Files.exists(result.target())) {
      outcome.faults.add("a file stands under its name");
    }
    for (String name : names()) {
      if (name.endsWith(".part")) {
        outcome.faults.add("left " + name);
        Files.delete(folder.resolve(name));
      }
    }
    if (outcome.faults.isEmpty() && outcome.fired) {
      try {
        SnapshotResult next = take(PATIENT);
        if (next == null) {
          outcome.faults.add("the next one has not ended");
        } else if (next.state() != SnapshotState.COMPLETED) {
          outcome.faults.add("the next one " + next.state() + " " + next.message());
        } else {
          check(next.target(), outcome);
        }
      } catch (SnapshotException e) {
        outcome.faults.add("the next one was refused: " + e.getMessage());
      }
    }
    tidy();
    return outcome;
  }

  /** One that nothing happens to. */
  private void follow() throws Exception {
    Outcome outcome = new Outcome(null);
    SnapshotResult result = take(PATIENT);
    if (result.state() != SnapshotState.COMPLETED) {
      throw new AssertionError(result.message());
    }
    check(result.target(), outcome);
    if (!outcome.faults.isEmpty()) {
      throw new AssertionError(outcome.faults);
    }
    if (increments && parent == null) {
      parent = folder.resolve("parent.ramshot");
      Files.deleteIfExists(parent);
      Files.move(result.target(), parent);
    }
    tidy();
  }

  private SnapshotResult take(SnapshotOptions options) throws Exception {
    Path target = folder.resolve("s" + ++snapshots + ".ramshot");
    Snapshot snapshot = guest.snapshot(target, options.withParent(parent));
    return snapshot.await(END_LIMIT);
  }

  private void tidy() throws Exception {
    for (String name : names()) {
      if (name.startsWith("s") && name.endsWith(".ramshot")) {
        Files.delete(folder.resolve(name));
      }
    }
  }

  private List<String> names() throws Exception {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  /** Whether an image is one instant. */
  private void check(Path target, Outcome outcome) throws Exception {
    try (Image image = Image.open(target)) {
      byte[] state = image.states().get(0).bytes();
      ImageBlock block = image.blocks().get(0);
      int pages = RAM_BYTES / PAGE;
      ByteBuffer bytes = ByteBuffer.allocateDirect((pages + 2) * PAGE);
      image.readPages(block, 0, Math.toIntExact(block.pageCount(PAGE)), bytes);
      for (int i = 0; i < pages; i++) {
        long found = bytes.getLong(block.lead() + i * PAGE);
        /* Anywhere else than between two quanta the state is not the RAM's. */
        if (gated && found != Ticker.expected(state, i, pages)) {
          outcome.faults.add(
              "page %d is %d, not %d".formatted(i, found, Ticker.expected(state, i, pages)));
          return;
        }
      }
    }
  }

  private void awaitTicks(Outcome outcome) throws InterruptedException {
    long before = host.ticks();
    for (int i = 0; i < 10_000 && host.ticks() < before + 10; i++) {
      Thread.sleep(1);
    }
    if (host.ticks() < before + 10) {
      outcome.faults.add("the guest stands still");
    }
  }

  /** All that it has left comes back, and goes. */
  private static void awaitThreads(Outcome outcome) throws InterruptedException {
    List<String> left = List.of();
    for (int i = 0; i < 10_000; i++) {
      left =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.startsWith("ramshot-"))
              .toList();
      if (left.isEmpty()) {
        return;
      }
      Thread.sleep(1);
    }
    outcome.faults.add("threads were left: " + left);
  }

  /** A range of memory that a userfaultfd has, or null. */
  private static String protectedRange() throws Exception {
    String range = "";
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.startsWith("VmFlags:") && (line.contains(" uw") || line.contains(" um"))) {
        return range;
      }
      if (line.matches("^[0-9a-f]+-[0-9a-f]+ .*")) {
        range = line;
      }
    }
    return null;
  }
}
