package io.ramshot.agent.core;

import io.ramshot.Guest;
import io.ramshot.RestoreOptions;
import io.ramshot.RestoreStatus;
import io.ramshot.RestoredRam;
import io.ramshot.SnapshotException;
import io.ramshot.agent.options.FileNames;
import io.ramshot.agent.options.Quantity;
import io.ramshot.agent.timeline.TimelineException;
import io.ramshot.agent.timeline.TimelineMoment;
import io.ramshot.agent.tools.FrozenText;
import io.ramshot.hooks.Hooks;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * A restore at launch: the image is opened before the host starts, RAM is filled when the host has
 * allocated it and the first vCPU comes to its first quantum.
 */
final class Restore {

  /** How far it is. */
  private enum Stage {
    /** No vCPU has come to a gate. */
    AWAITED,
    RUNNING,
    DONE,
    /** The JVM is about to end. */
    REFUSED
  }

  private static final int EXIT_STATUS = 1;

  private static final long LOOK_NANOS = 100_000_000;

  /** How long the last line may take: who reads stderr may have stopped. */
  private static final long WORDS_NANOS = 2_000_000_000;

  private final Image image;
  private final RestoreOptions options;
  private final Console console;
  private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.AWAITED);

  /** What went wrong in it, once it did: set first of all, and without a call. */
  private volatile Throwable failure;

  private Restore(Image image, RestoreOptions options, Console console) {
    this.image = image;
    this.options = options;
    this.console = console;
  }

  /**
   * @param file an image, or a moment of a timeline
   * @throws ImageException if the file is no image that this JVM can restore
   */
  static Restore open(String file, RestoreOptions options, Console console) throws ImageException {
    Image image;
    try {
      Optional<TimelineMoment> moment = TimelineMoment.parse(file);
      FileNames names = new FileNames(); // what it opens stays open, as the image does
      image =
          moment.isPresent()
              ? moment.get().open()
              : Image.open(names.existing(file).toAbsolutePath());
    } catch (TimelineException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    Path path = image.path();
    if (!image.header().byteOrder().equals(ByteOrder.nativeOrder())) {
      throw new IllegalArgumentException(
          path
              + " was written on a "
              + image.header().byteOrder()
              + " machine: restore it on such a one");
    }
    Guest.rehearseRestore(image, options);
    return new Restore(image, options, console);
  }

  /**
   * Fills the guest, on the thread of its first vCPU, while all vCPUs are held; or ends the JVM.
   *
   * @param coverage what the options save of the guest
   * @param tell names the profile where a problem is with what the profile names
   * @param then runs once all of RAM is there
   */
  void run(
      Guest guest, Hooks hooks, StateCoverage coverage, UnaryOperator<String> tell, Runnable then) {
    if (!stage.compareAndSet(Stage.AWAITED, Stage.RUNNING)) {
      awaitHalt();
    }
    hooks.adapterFailure().ifPresent(problem -> refuse(tell.apply(problem)));
    // A channel that is read by an interrupted thread closes itself.
    boolean interrupted = Thread.interrupted();
    long start = System.nanoTime();
    try {
      RestoredRam ram = guest.restore(image, options);
      image.close();
      stage.compareAndSet(Stage.RUNNING, Stage.DONE);
      String how =
          (ram.status().lazy() ? ", its RAM follows, after " : ", restored in ")
              + Quantity.time(System.nanoTime() - start);
      console.say("restore: " + RestoredText.of(image, coverage.here(image), how));
      FrozenText.warning(image.frozen()).ifPresent(line -> console.say("restore: " + line));
      ram.status().eager().forEach(block -> console.say("restore: read at once, " + block));
      if (ram.status().lazy()) {
        ram.completion().thenAccept(this::complete);
      }
      ram.completion().thenRun(then);
    } catch (SnapshotException | ImageException | RuntimeException | Error e) {
      failure = e;
      refuse(tell.apply(Console.line(e)));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void complete(RestoreStatus status) {
    console.say(
        String.format(
            Locale.ROOT,
            "restore: all of RAM is there, %s in %s; %d touches of missing pages, 99 %% served"
                + " within %s",
            Quantity.text(status.totalBytes()),
            Quantity.time(status.nanos()),
            status.faults(),
            Quantity.time(status.stalls().p99Nanos())));
  }

  Path path() {
    return image.path();
  }

  /** What the image needs of the host. */
  AwaitedRam ram() {
    return new AwaitedRam(image);
  }

  /** Whether no vCPU has come to a gate, nor ever will because the JVM ends. */
  boolean isAwaited() {
    return stage.get() == Stage.AWAITED;
  }

  /** Whether it is still to come, or is running. */
  boolean isPending() {
    return isAwaited() || stage.get() == Stage.RUNNING;
  }

  /**
   * Ends the JVM, unless the restore is over or somebody else ends it.
   *
   * @param why in one line
   */
  void giveUp(String why) {
    Stage seen = stage.get();
    if ((seen == Stage.AWAITED || seen == Stage.RUNNING)
        && stage.compareAndSet(seen, Stage.REFUSED)) {
      refuse(console, image.path() + " was not restored: " + why);
    }
  }

  /** Ends the JVM: something that the image or the options ask for is not there. */
  void refuse(String problem) {
    stage.set(Stage.REFUSED);
    refuse(console, problem);
  }

  /**
   * For a watcher: waits until the restore is over. The vCPU's thread may have had no stack or
   * memory left to say why it failed, and nobody else would.
   */
  void awaitEnd() {
    while (stage.get() == Stage.RUNNING && failure == null) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    if (stage.get() != Stage.DONE) {
      LockSupport.parkNanos(WORDS_NANOS);
      giveUp(failure == null ? "the JVM did not end" : Console.line(failure));
    }
  }

  /** The guest's first quantum must not begin. */
  private static void awaitHalt() {
    while (true) {
      LockSupport.park();
    }
  }

  /** Ends the JVM at once: neither the guest nor the host's shutdown hooks must run. */
  static void refuse(Console console, String problem) {
    try {
      haltSoon();
      console.say("restore: " + problem);
      System.err.flush();
    } finally {
      Runtime.getRuntime().halt(EXIT_STATUS);
    }
  }

  private static void haltSoon() {
    Thread thread =
        new Thread(
            () -> {
              LockSupport.parkNanos(WORDS_NANOS);
              Runtime.getRuntime().halt(EXIT_STATUS);
            },
            "ramshot-restore-halt");
    thread.setDaemon(true);
    thread.start();
  }
}
