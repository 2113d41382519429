package io.ramshot.hooks.discover;

import io.ramshot.Block;
import io.ramshot.RunningTime;
import io.ramshot.hooks.Access;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.HeapSearch;
import io.ramshot.uffd.LargeArrays;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Watches an unknown host for a while and writes a profile for it.
 *
 * <p>It takes the time it is given, or up to three times that where nothing was seen yet. Its
 * thread takes at most about a quarter of one core. The host stands still for one or two searches
 * of its heap, each about as long as a full garbage collection, and for each look at its threads'
 * stacks. For the last part of the time advice counts calls of some of its methods; none is left at
 * the end.
 */
public final class Discovery {

  /**
   * What came of it.
   *
   * @param found whether there is a profile
   * @param text the profile; else one line that says what was looked at
   */
  public record Result(boolean found, String text) {}

  /** What arrays are looked at first, in bytes. */
  private static final long LARGE = 256 << 10;

  /** What arrays are looked at if nobody writes to large ones: a small machine's RAM. */
  private static final long SMALL = 4 << 10;

  /** Pages looked at each time, of all candidates together: 128 MiB. */
  private static final int PAGES_A_LOOK = 32 << 10;

  /** Of one candidate, however large the others are. */
  private static final int LEAST_PAGES = 256;

  private static final long STACKS_EVERY_NANOS = 10_000_000;
  private static final long LOOKS_EVERY_NANOS = 250_000_000;

  /** On a busy machine the time is spent waiting for a core; so seldom is enough then, in ns. */
  private static final long STACKS_AT_LEAST_EVERY_NANOS = 50_000_000;

  private static final long LOOKS_AT_LEAST_EVERY_NANOS = 1_000_000_000;

  /** What looking at pages, or at stacks, may take of the time. */
  private static final int AT_MOST_ONE_IN = 8;

  /** Fewer stacks, or calls, tell little. */
  private static final int ENOUGH_SAMPLES = 20;

  /** How much longer than it was told a watch may take, on a machine that is busy with others. */
  private static final int MOST_TIMES = 3;

  private final Instrumentation instrumentation;
  private final Supplier<List<Block>> offHeap;
  private final long nanos;
  private final Access access;
  private Supplier<String> makeRoom = () -> "hooks of another watch are installed in this JVM";
  private boolean attached;
  private final List<String> remarks = new ArrayList<>();

  /** What a watch is measured by; of the watching thread. */
  private final RunningTime running = new RunningTime();

  private boolean hurry;

  private List<RamCandidate> ram = List.of();
  private long smallest = LARGE;
  private int looks;
  private StackSamples stacks;
  private GateSearch gateSearch;

  /**
   * @param instrumentation must be able to retransform classes
   * @param offHeap blocks outside the Java heap that are known just now
   * @param time how long to watch
   */
  public Discovery(Instrumentation instrumentation, Supplier<List<Block>> offHeap, Duration time) {
    this.instrumentation = instrumentation;
    this.offHeap = offHeap;
    this.nanos = time.toNanos();
    this.access = new Access(instrumentation);
  }

  /**
   * Has the profile tried before it is told: with hooks of its own, which are removed again.
   *
   * @param room removes the hooks that are installed here; gives null once that is done, or why
   *     that cannot be, as a clause
   */
  public void tryWith(Supplier<String> room) {
    makeRoom = room;
  }

  /** Says that the host ran before it was watched, so that some of its memory cannot be seen. */
  public void attachedLate() {
    attached = true;
  }

  /** Has {@link #run} come to its end soon, with what it knows then. */
  public synchronized void hurry() {
    hurry = true;
    notifyAll();
  }

  /** Watches, on the calling thread. */
  public Result run() throws InterruptedException {
    long begun = System.nanoTime();
    HostCode code = new HostCode(instrumentation);
    stacks = new StackSamples(code);
    search();
    watch(nanos * 3 / 10);
    if (ram.stream().noneMatch(r -> r.verdict() == RamCandidate.Verdict.TAKEN)) {
      smallest = SMALL;
      search();
    }
    watch(nanos * 3 / 10);
    gateSearch = new GateSearch(stacks, new HotCode(code), clock());
    gateSearch.measure(instrumentation, nanos * 4 / 10, remarks::add);
    long seconds = Math.round((System.nanoTime() - begun) / 1e9);
    // Classes that were loaded meanwhile are the host's too.
    code = new HostCode(instrumentation);
    TriedProfile trials = new TriedProfile(instrumentation, offHeap, makeRoom, this::isHurried);
    Findings found = findings(code, seconds);
    return found.any()
        ? new Result(true, ProfileText.of(found, trials.verdict(found, code, remarks)))
        : new Result(false, nothing(found));
  }

  /** Finds candidates for RAM; those of an earlier search are forgotten. */
  private void search() {
    List<HeapRam.Found> found = new ArrayList<>();
    try {
      LargeArrays heap = HeapSearch.arrays(instrumentation.getAllLoadedClasses(), smallest);
      HeapRam search = new HeapRam(heap, new HeapPlaces(heap, access), smallest);
      found.addAll(search.onHeap());
      found.addAll(search.offHeap(offHeap.get()));
      remarks.clear();
      remarks.addAll(search.remarks());
      remarks.addAll(search.scattered());
      if (heap.truncated()) {
        remarks.add("the heap holds more arrays and buffers than could be looked at");
      }
    } catch (EngineException | RuntimeException e) {
      remarks.add("the Java heap was not searched: " + e.getMessage());
    }
    int pages = found.stream().mapToInt(f -> f.pages().count()).sum();
    int stride = (pages + PAGES_A_LOOK - 1) / PAGES_A_LOOK;
    List<RamCandidate> candidates = new ArrayList<>();
    for (HeapRam.Found f : found) {
      int own = Math.max(1, Math.min(stride, f.pages().count() / LEAST_PAGES));
      Written written = new Written(f.pages(), own);
      candidates.add(new RamCandidate(f.key(), f.value(), f.what(), f.owner(), f.pages(), written));
    }
    ram = candidates;
  }

  /** Looks at pages and stacks for so long; longer on a machine too busy to have looked often. */
  private void watch(long time) throws InterruptedException {
    long begun = running.nanos();
    long nextLook = begun;
    int enough = stacks.samples() + ENOUGH_SAMPLES;
    while (!isHurried()) {
      long passed = running.nanos() - begun;
      if (passed >= time && (stacks.samples() >= enough || passed >= MOST_TIMES * time)) {
        break;
      }
      long now = System.nanoTime();
      if (running.nanos() - nextLook >= 0) {
        look();
        long cost = System.nanoTime() - now;
        nextLook = running.nanos() + between(LOOKS_EVERY_NANOS, cost, LOOKS_AT_LEAST_EVERY_NANOS);
      }
      now = System.nanoTime();
      stacks.take();
      long cost = System.nanoTime() - now;
      pause(between(STACKS_EVERY_NANOS, cost, STACKS_AT_LEAST_EVERY_NANOS));
    }
    look();
  }

  private static long between(long least, long cost, long most) {
    return Math.min(most, Math.max(least, AT_MOST_ONE_IN * cost));
  }

  private void look() {
    looks++;
    for (RamCandidate candidate : ram) {
      try {
        candidate.written().look();
      } catch (IOException e) {
        remarks.add("memory outside the heap could not be read: " + e.getMessage());
        return;
      }
    }
  }

  private void pause(long pauseNanos) throws InterruptedException {
    running.await(this::hurried, Duration.ofNanos(running.nanos() + pauseNanos));
  }

  private synchronized boolean hurried(long pauseNanos) throws InterruptedException {
    if (!hurry && pauseNanos > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, pauseNanos);
    }
    return hurry;
  }

  private GateSearch.Clock clock() {
    return new GateSearch.Clock() {
      @Override
      public void pause(long pauseNanos) throws InterruptedException {
        Discovery.this.pause(pauseNanos);
      }

      @Override
      public boolean isHurried() {
        return Discovery.this.isHurried();
      }
    };
  }

  private synchronized boolean isHurried() {
    return hurry;
  }

  private Findings findings(HostCode code, long seconds) {
    List<RamCandidate> ranked = new ArrayList<>(ram);
    // What was freed meanwhile may be anybody's by now.
    Set<Long> living = offHeap.get().stream().map(Block::address).collect(Collectors.toSet());
    ranked.removeIf(r -> r.pages() instanceof NativePages pages && !pages.areIn(living));
    ranked.sort(Comparator.comparingDouble(RamCandidate::rank).reversed());
    RamThreads writers = new RamThreads(code, Findings.taken(ranked));
    boolean told = stacks.busy().stream().anyMatch(writers::reaches);
    if (!told && writers.canTell() && !stacks.busy().isEmpty()) {
      remarks.add(
          "no thread was seen at guest RAM: gates were looked for in all that were running");
    }
    Map<String, GateCandidate> gates = new LinkedHashMap<>();
    Map<String, GateCandidate> strangers = new LinkedHashMap<>();
    Map<String, GateCandidate> candidates = new LinkedHashMap<>();
    Set<Class<?>> classes = new LinkedHashSet<>();
    for (StackSamples.Busy busy : stacks.busy()) {
      List<GateCandidate> all = gateSearch.candidates(busy);
      GateCandidate.best(all)
          .ifPresentOrElse(
              best -> {
                Map<String, GateCandidate> to = told && !writers.reaches(busy) ? strangers : gates;
                to.putIfAbsent(best.option(), best);
                gateSearch.besides(busy, best).forEach(b -> to.putIfAbsent(b.option(), b));
              },
              () ->
                  remarks.add(
                      String.format(
                          Locale.ROOT,
                          "thread %s was running in %.0f %% of the samples, and %s",
                          busy.name,
                          100 * stacks.share(busy),
                          told && !writers.reaches(busy)
                              ? "was not seen at guest RAM: it is not gated"
                              : "no gate was found for it")));
      all.forEach(c -> candidates.putIfAbsent(c.option(), c));
    }
    strangers.keySet().removeAll(gates.keySet());
    gates.values().stream()
        .filter(GateCandidate::isInClassOfLoop)
        .map(g -> g.loop().className() + "::" + g.loop().name())
        .distinct()
        .forEach(
            loop ->
                remarks.add(
                    loop
                        + " may run slower from now on, for its class was changed while it ran, and"
                        + " after attach too: start the host anew, with the profile from its launch"));
    gates.values().forEach(g -> add(classes, code, g.count().method().className()));
    candidates.values().forEach(c -> add(classes, code, c.count().method().className()));
    ranked.stream().filter(r -> r.owner() != null).limit(3).forEach(r -> classes.add(r.owner()));
    classes.forEach(
        type -> {
          if (code.isTwice(type.getName())) {
            remarks.add(
                type.getName() + " was loaded by several class loaders: options mean all of them");
          }
        });
    return new Findings(
        host(),
        name(),
        seconds,
        ranked,
        List.copyOf(gates.values()),
        List.copyOf(strangers.values()),
        List.copyOf(candidates.values()),
        stacks.busy().size(),
        StateCandidates.of(classes),
        MachineObjects.state(
            code, access, RamCandidate.values(Findings.taken(ranked)), gates.values()),
        remarks,
        new ArrayList<>(),
        attached,
        stacks.busy().stream().flatMap(b -> NativeEngine.of(b, code).stream()).toList());
  }

  private static void add(Set<Class<?>> classes, HostCode code, String name) {
    Class<?> type = code.find(name);
    if (type != null) {
      classes.add(type);
    }
  }

  private String nothing(Findings found) {
    return "nothing found in "
        + found.seconds()
        + " s that looks like a guest: "
        + ram.size()
        + " arrays and blocks of "
        + Sizes.text(smallest)
        + " or more, looked at "
        + looks
        + " times, and none was written to; "
        + stacks.threadsSeen()
        + " threads, looked at "
        + stacks.samples()
        + " times, and none ran code of the host all the time"
        + remarks.stream().map(r -> "; " + r).collect(Collectors.joining());
  }

  private static String host() {
    String command = System.getProperty("sun.java.command", "").strip();
    String first = command.split("\\s+", 2)[0];
    return first.isEmpty() ? "a JVM" : first.substring(first.lastIndexOf('/') + 1);
  }

  private static String name() {
    String host = host();
    String simple =
        host.endsWith(".jar")
            ? host.substring(0, host.length() - 4)
            : host.substring(host.lastIndexOf('.') + 1);
    String name = simple.replaceAll("[^A-Za-z0-9.]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
    return name.isEmpty() ? "host" : name.toLowerCase(Locale.ROOT);
  }
}
