package io.ramshot.agent.jmx;

import io.ramshot.Guest;
import io.ramshot.RunningTime;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.agent.timeline.Camera;
import io.ramshot.agent.timeline.Timeline;
import io.ramshot.agent.timeline.TimelineException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The bean behind {@link SnapshotsMXBean}: argument checks, history, and who hears of what. */
public final class Snapshots implements SnapshotsMXBean, Camera {

  /** How long somebody waits for a checkpoint of the timeline that is being taken. */
  private static final Duration CHECKPOINT_LIMIT = Duration.ofSeconds(30);

  private static final Duration RECORDING_LIMIT = Duration.ofSeconds(1);

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
  private volatile Listener listener;
  private volatile Thread watcher;
  private final Object checkpointLock = new Object();

  /** That of the timeline which is being taken; under the lock. */
  private Snapshot checkpoint;

  /** How many ask for a snapshot just now: they come before the timeline. */
  private final AtomicInteger asked = new AtomicInteger();

  private final Object timelineLock = new Object();
  private Timeline timeline;

  /**
   * @param host asked whenever a client asks
   * @param options the agent's, for display
   * @param console hears of a timeline's troubles, a line each
   */
  public Snapshots(
      Guest guest,
      SnapshotOptions snapshotOptions,
      HostView host,
      String options,
      String version,
      Consumer<String> console) {
    this.guest = guest;
    this.snapshotOptions = snapshotOptions;
    this.host = host;
    this.options = options;
    this.version = version;
    this.console = console;
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
    Path target = checked(path);
    SnapshotOptions wanted =
        parent == null || parent.isBlank()
            ? snapshotOptions
            : snapshotOptions.withParent(checkedParent(parent));
    asked.incrementAndGet();
    try {
      awaitCheckpoint();
      begin(target, wanted);
    } catch (SnapshotException e) {
      // The cause would be of a class that the client lacks.
      throw new IllegalStateException(
          guest.blocks().isEmpty()
              ? host.tell(e.getMessage()) + "; " + String.join("; ", host.unmatched())
              : host.tell(e.getMessage()));
    } finally {
      asked.decrementAndGet();
    }
    return target.toString();
  }

  /** A snapshot that somebody asks for does not fail because of a timeline that he forgot. */
  private void awaitCheckpoint() {
    Snapshot taking;
    synchronized (checkpointLock) {
      taking = checkpoint;
    }
    if (taking != null) {
      try {
        taking.await(CHECKPOINT_LIMIT);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Snapshot begin(Path target, SnapshotOptions how) throws SnapshotException {
    Snapshot snapshot = guest.snapshot(target, how);
    Listener started = listener;
    if (started != null) {
      started.started(ResultView.running(snapshot));
    }
    Thread thread = new Thread(() -> watch(snapshot), "ramshot-watch");
    thread.setDaemon(true);
    thread.start();
    watcher = thread;
    return snapshot;
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
    Snapshot snapshot;
    synchronized (checkpointLock) {
      if (asked.get() > 0) {
        throw new SnapshotException("somebody else asks for a snapshot just now");
      }
      snapshot = begin(target, how);
      checkpoint = snapshot;
    }
    try {
      SnapshotResult result = snapshot.await();
      return result.state() == SnapshotState.COMPLETED ? "" : host.tell(result.message());
    } finally {
      synchronized (checkpointLock) {
        checkpoint = null;
      }
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
      if (timeline != null && timeline.status().running()) {
        throw new TimelineException(
            "the timeline in " + timeline.status().plan().folder() + " is running: stop it first");
      }
      timeline = Timeline.start(plan, first, this, console);
    }
  }

  @Override
  public String startTimeline(String directory, long everyMillis, int keep) {
    if (directory == null || directory.isBlank()) {
      throw new IllegalArgumentException("directory is empty: name the folder for the timeline");
    }
    if (everyMillis < 1) {
      throw new IllegalArgumentException(
          "everyMillis of " + everyMillis + " is not above 0: give the ms between checkpoints");
    }
    try {
      Path folder = Path.of(directory).toAbsolutePath().normalize();
      startTimeline(new TimelinePlan(folder, Duration.ofMillis(everyMillis), keep), Duration.ZERO);
      return folder.toString();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(directory + " is not a path: " + e.getReason());
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

  /**
   * @return the absolute path
   * @throws IllegalArgumentException if no snapshot can go there
   */
  private static Path checked(String path) {
    if (path == null || path.isBlank()) {
      throw new IllegalArgumentException("path is empty: name the file to write");
    }
    Path target;
    try {
      target = Path.of(path).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(path + " is not a path: " + e.getReason());
    }
    String resolved =
        Path.of(path).isAbsolute()
            ? target.toString()
            : target + " (" + path + " in the working directory of the target JVM)";
    if (Files.isDirectory(target)) {
      throw new IllegalArgumentException(resolved + " is a directory: name a file in it");
    }
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new IllegalArgumentException(resolved + " exists: name another file, or remove it");
    }
    Path directory = target.getParent();
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          resolved + " cannot be written: there is no directory " + directory + ", create it");
    }
    if (!Files.isWritable(directory)) {
      throw new IllegalArgumentException(
          resolved
              + " cannot be written: user "
              + System.getProperty("user.name")
              + " may not write to "
              + directory
              + ", name a file elsewhere");
    }
    return target;
  }

  private static Path checkedParent(String parent) {
    Path path;
    try {
      path = Path.of(parent).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(parent + " is not a path: " + e.getReason());
    }
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException("parent " + path + " is no file: name an image");
    }
    return path;
  }

  private void watch(Snapshot snapshot) {
    try {
      SnapshotResult result = snapshot.await();
      ended(new ResultView(result, host));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void ended(ResultView result) {
    synchronized (history) {
      if (history.size() == HISTORY) {
        history.removeFirst();
      }
      history.addLast(result);
    }
    Listener ended = listener;
    if (ended != null) {
      ended.ended(result);
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
    SnapshotResult result = snapshot.await(Duration.ofMillis(timeoutMillis));
    if (result == null) {
      return ResultView.running(snapshot);
    }
    Thread recording = watcher;
    if (recording != null) {
      RunningTime.join(
          recording, RECORDING_LIMIT); // so that whoever waited finds the result in the history too
    }
    return new ResultView(result, host);
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
    synchronized (history) {
      return history.peekLast();
    }
  }

  @Override
  public List<ResultView> getHistory() {
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
