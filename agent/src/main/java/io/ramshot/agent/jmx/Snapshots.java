package io.ramshot.agent.jmx;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.agent.options.PathText;
import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.agent.timeline.Camera;
import io.ramshot.agent.timeline.GuestTraits;
import io.ramshot.agent.timeline.Timeline;
import io.ramshot.agent.timeline.TimelineException;
import io.ramshot.agent.timeline.TimelineStatus;
import io.ramshot.text.Listing;
import io.ramshot.text.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The bean behind {@link SnapshotsMXBean}: argument checks, history, and who hears of what. */
public final class Snapshots implements SnapshotsMXBean, Camera {

  /** How long somebody waits for a checkpoint of the timeline that is being taken. */
  private static final Duration CHECKPOINT_LIMIT = Duration.ofSeconds(30);

  /** What a snapshot has to warn of is known early; it may be what ends the JVM. */
  private static final Duration WARNING_DELAY = Duration.ofMillis(100);

  /** Hears of a snapshot's start and end. */
  interface Listener {
    void started(ResultView snapshot);

    void ended(ResultView result);
  }

  private final Guest guest;
  private final SnapshotOptions snapshotOptions;
  private final HostView host;
  private final String options;
  private final String version;
  private final Consumer<String> console;
  private final Deque<ResultView> history = new ArrayDeque<>();
  private final JmxTargets targets;
  private volatile Listener listener;

  /** Snapshots whose end is not in the history yet, oldest first. */
  private final Queue<Begun> begun = new ConcurrentLinkedQueue<>();

  /** Without their figures. */
  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  private final Object checkpointLock = new Object();

  /** The newest of the timeline; under the lock. */
  private Begun checkpoint;

  /** The newest image that was taken. */
  private volatile UUID newest;

  /** How many ask for a snapshot just now: they come before the timeline. */
  private final AtomicInteger asked = new AtomicInteger();

  private final Object timelineLock = new Object();
  private Timeline timeline;

  /** Whether one is being begun, which a dead disk may keep for ever: not under the lock. */
  private boolean beginning;

  /** A snapshot that was begun, or that is just about to. */
  private static final class Begun {
    volatile Snapshot snapshot;

    boolean runs() {
      Snapshot started = snapshot;
      return started != null && !started.status().state().ended();
    }
  }

  /**
   * @param host asked whenever a client asks
   * @param options the agent's, for display
   * @param console hears of a timeline's troubles and of warnings, a line each
   * @param targets where clients may have files written
   */
  public Snapshots(
      Guest guest,
      SnapshotOptions snapshotOptions,
      HostView host,
      String options,
      String version,
      Consumer<String> console,
      JmxTargets targets) {
    this.guest = guest;
    this.snapshotOptions = snapshotOptions;
    this.host = host;
    this.options = options;
    this.version = version;
    this.console = console;
    this.targets = targets;
  }

  void listener(Listener value) {
    listener = value;
  }

  @Override
  public String start(String path) {
    return start(path, null);
  }

  @Override
  public String start(String path, String parent) {
    Path target = targets.image(path);
    SnapshotOptions wanted =
        parent == null || parent.isBlank()
            ? snapshotOptions
            : snapshotOptions.withParent(checkedParent(parent));
    asked.incrementAndGet();
    try {
      awaitCheckpoint();
      begin(new Begun(), target, wanted);
    } catch (SnapshotException e) {
      // The cause would be of a class that the client lacks.
      throw new IllegalStateException(Printable.line(refusal(e)));
    } finally {
      asked.decrementAndGet();
    }
    return target.toString();
  }

  /** Why a snapshot is refused, with what the hooks found amiss where they found nothing. */
  private String refusal(SnapshotException e) {
    String words = host.tell(e.getMessage());
    return guest.blocks().isEmpty() && !guest.isStateOnly()
        ? words + (words.endsWith("?") ? " " : "; ") + Listing.of(host.unmatched(), "; ")
        : words;
  }

  /** A snapshot that somebody asks for does not fail because of a timeline that he forgot. */
  private void awaitCheckpoint() {
    Begun taking;
    synchronized (checkpointLock) {
      taking = checkpoint;
    }
    if (taking != null && taking.runs()) {
      try {
        taking.snapshot.await(CHECKPOINT_LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Begins a snapshot. Once it runs, nothing that fails here makes it look as if it did not.
   *
   * @param entry gets the snapshot
   */
  private void begin(Begun entry, Path target, SnapshotOptions how) throws SnapshotException {
    begun.add(entry);
    try {
      entry.snapshot = guest.snapshot(target, how);
    } finally {
      if (entry.snapshot == null) {
        begun.remove(entry);
      }
    }
    try {
      Listener started = listener;
      if (started != null) {
        started.started(ResultView.of(entry.snapshot, host));
      }
      Thread thread = new Thread(() -> watch(entry.snapshot), "ramshot-watch");
      thread.setDaemon(true);
      thread.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) { // no memory, or no thread: who asks next looks after it
      return;
    }
  }

  @Override
  public boolean busy() {
    return asked.get() > 0
        || guest.restored().filter(restored -> !restored.status().complete()).isPresent()
        || guest.newest().filter(snapshot -> !snapshot.status().state().ended()).isPresent();
  }

  @Override
  public String take(Path target, Optional<Path> parent)
      throws SnapshotException, InterruptedException {
    SnapshotOptions how =
        parent.isPresent() ? snapshotOptions.withParent(parent.get()) : snapshotOptions;
    Begun entry = new Begun();
    synchronized (checkpointLock) {
      if (asked.get() > 0) {
        throw new SnapshotException("somebody else asks for a snapshot just now");
      }
      checkpoint = entry;
      begin(entry, target, how);
    }
    SnapshotResult result = entry.snapshot.await();
    settle();
    return result.state() == SnapshotState.COMPLETED ? "" : host.tell(result.message());
  }

  @Override
  public boolean taking() {
    Begun taken;
    synchronized (checkpointLock) {
      taken = checkpoint;
    }
    return taken != null && taken.runs();
  }

  @Override
  public GuestTraits guest() {
    settle();
    Map<String, String> blocks = new TreeMap<>();
    for (Block block : guest.blocks()) {
      blocks.put(block.name(), GuestTraits.block(block.kind(), block.length()));
    }
    return new GuestTraits(
        blocks,
        GuestTraits.states(guest.participants().stream().map(Participant::name).toList()),
        guest.restored().map(restored -> real(restored.image())),
        Optional.ofNullable(newest));
  }

  /** Without links in its folder's path, where that can be told. */
  private static Path real(Path image) {
    Path path = image.toAbsolutePath();
    try {
      return path.getParent().toRealPath().resolve(path.getFileName());
    } catch (IOException e) {
      return path;
    }
  }

  /**
   * Begins a timeline.
   *
   * @param first how long until its first checkpoint
   * @throws TimelineException if one is running, or its folder cannot be used
   */
  public void startTimeline(TimelinePlan plan, Duration first) throws TimelineException {
    synchronized (timelineLock) {
      requireNoTimeline(plan);
      beginning = true;
    }
    Timeline started = null;
    try {
      started = Timeline.start(plan, first, this, console);
    } finally {
      synchronized (timelineLock) {
        beginning = false;
        timeline = started == null ? timeline : started;
      }
    }
  }

  private void requireNoTimeline(TimelinePlan plan) throws TimelineException {
    if (beginning) {
      throw new TimelineException("a timeline is being begun just now: wait for that");
    }
    if (timeline == null || timeline.isOver()) {
      return;
    }
    TimelineStatus status = timeline.status();
    Path folder = status.plan().folder();
    if (status.running()) {
      throw new TimelineException("the timeline in " + folder + " is running: stop it first");
    }
    if (folder.equals(plan.folder())) {
      throw new TimelineException(
          "the timeline in "
              + folder
              + " was stopped, and has been "
              + status.doing()
              + " for "
              + Quantity.time(status.doingFor().toNanos())
              + " now: cancel the snapshot, wait, or choose another folder");
    }
  }

  @Override
  public String startTimeline(String directory, long everyMillis, int keep) {
    if (everyMillis < 1) {
      throw new IllegalArgumentException(
          "everyMillis of " + everyMillis + " is not above 0: give the ms between checkpoints");
    }
    if (everyMillis > Quantity.LONGEST.toMillis()) {
      throw new IllegalArgumentException(
          "everyMillis of "
              + everyMillis
              + " is more than a year: give at most "
              + Quantity.LONGEST.toMillis());
    }
    Path folder = targets.folder(directory);
    try {
      startTimeline(new TimelinePlan(folder, Duration.ofMillis(everyMillis), keep), Duration.ZERO);
      return folder.toString();
    } catch (TimelineException e) {
      throw new IllegalStateException(e.getMessage());
    }
  }

  @Override
  public boolean stopTimeline() {
    Timeline stopping;
    synchronized (timelineLock) {
      stopping = timeline;
    }
    if (stopping == null || !stopping.stop()) {
      return false;
    }
    try {
      stopping.join(CHECKPOINT_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  /** Takes no more checkpoints, and waits for nothing: the JVM is ending. */
  public void endTimeline() {
    synchronized (timelineLock) {
      if (timeline != null) {
        timeline.close();
      }
    }
  }

  @Override
  public TimelineView getTimeline() {
    synchronized (timelineLock) {
      return timeline == null ? null : new TimelineView(timeline.status());
    }
  }

  private static Path checkedParent(String parent) {
    Path path;
    try {
      path = Path.of(parent).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(Printable.line(PathText.problem(parent, e)));
    }
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          Printable.line("parent " + path + " is no file: name an image"));
    }
    return path;
  }

  private void watch(Snapshot snapshot) {
    try {
      SnapshotResult result;
      do {
        result = snapshot.await(WARNING_DELAY);
        snapshot.status().warnings().forEach(this::warn);
      } while (result == null && snapshot.status().state() == SnapshotState.PREPARING);
      result = snapshot.await();
      result.status().warnings().forEach(this::warn);
      settle();
    } catch (InterruptedException | RuntimeException | Error e) {
      return; // no memory, say: whoever asks next looks
    }
  }

  /** To the host's user, whoever asked for the snapshot; each once, whatever its figures are. */
  public void warn(String warning) {
    if (warned.add(warning.replaceAll("[0-9]+", ""))) {
      console.accept(warning);
    }
  }

  /**
   * Writes into the history what has ended, and tells of it. Done by whoever comes first, for what
   * watches a snapshot may fail in a host without memory.
   */
  private void settle() {
    List<ResultView> ended = new ArrayList<>();
    synchronized (history) {
      for (Begun entry : begun) {
        Snapshot snapshot = entry.snapshot;
        if (snapshot != null && snapshot.status().state().ended()) {
          SnapshotResult result = resultOf(snapshot);
          if (result != null) {
            remember(new ResultView(result, host), result.id());
            begun.remove(entry);
            ended.add(history.peekLast());
          }
        }
      }
    }
    Listener hears = listener;
    if (hears != null) {
      ended.forEach(hears::ended);
    }
  }

  private void remember(ResultView result, UUID id) {
    history.addLast(result);
    if (history.size() > HISTORY) {
      history.removeFirst();
    }
    newest = id == null ? newest : id;
  }

  /** Null if it is not there yet. */
  private static SnapshotResult resultOf(Snapshot snapshot) {
    boolean interrupted = Thread.interrupted();
    try {
      return snapshot.await(Duration.ZERO);
    } catch (InterruptedException e) {
      interrupted = true;
      return null;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public boolean cancel() {
    Optional<Snapshot> running =
        guest.newest().filter(snapshot -> !snapshot.status().state().ended());
    running.ifPresent(snapshot -> snapshot.cancel("cancelled over JMX"));
    return running.isPresent();
  }

  @Override
  public ResultView waitFor(long timeoutMillis) throws InterruptedException {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException(
          "timeoutMillis of " + timeoutMillis + " is negative: give 0 or more");
    }
    Snapshot snapshot =
        guest
            .newest()
            .orElseThrow(
                () -> new IllegalStateException("no snapshot to wait for: call start first"));
    snapshot.await(Duration.ofMillis(timeoutMillis));
    ResultView view = ResultView.of(snapshot, host);
    settle(); // so that whoever waited finds the result in the history too
    return view;
  }

  @Override
  public StatusView getStatus() {
    return guest
        .newest()
        .map(snapshot -> new StatusView(snapshot.target(), snapshot.status()))
        .orElse(StatusView.IDLE);
  }

  @Override
  public RestoreView getRestore() {
    return guest.restored().map(RestoreView::new).orElse(null);
  }

  @Override
  public ResultView getLastResult() {
    settle();
    synchronized (history) {
      return history.peekLast();
    }
  }

  @Override
  public List<ResultView> getHistory() {
    settle();
    synchronized (history) {
      return List.copyOf(history);
    }
  }

  @Override
  public List<BlockView> getBlocks() {
    return guest.blocks().stream().map(BlockView::new).collect(Collectors.toList());
  }

  @Override
  public List<String> getGates() {
    return host.gates();
  }

  @Override
  public String getProfile() {
    return host.profile();
  }

  @Override
  public List<String> getUnmatched() {
    return host.unmatched();
  }

  @Override
  public List<String> getUnusedRam() {
    return host.unusedRam();
  }

  @Override
  public String getOptions() {
    return options;
  }

  @Override
  public String getVersion() {
    return version;
  }
}
