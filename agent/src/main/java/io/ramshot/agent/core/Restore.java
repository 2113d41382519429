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
import io.ramshot.hooks.Hooks;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A restore at launch: the image is opened before the host starts, RAM is filled when the host has
 * allocated it and the first vCPU comes to its first quantum.
 */
final class Restore {
  private static final int EXIT_STATUS = 1;

  private final Image image;
  private final RestoreOptions options;
  private final Console console;

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
   * @param tell names the profile where a problem is with what the profile names
   * @param then runs once all of RAM is there
   */
  void run(Guest guest, Hooks hooks, UnaryOperator<String> tell, Runnable then) {
    hooks.adapterFailure().ifPresent(problem -> refuse(console, tell.apply(problem)));
    // A channel that is read by an interrupted thread closes itself.
    boolean interrupted = Thread.interrupted();
    long start = System.nanoTime();
    try {
      RestoredRam ram = guest.restore(image, options);
      image.close();
      console.say(
          "restore: the guest goes on from "
              + image.path()
              + ", frozen at "
              + image.header().freezeTime()
              + (ram.status().lazy() ? ", its RAM follows, after " : ", restored in ")
              + Quantity.time(System.nanoTime() - start));
      ram.status().eager().forEach(block -> console.say("restore: read at once, " + block));
      if (ram.status().lazy()) {
        ram.completion().thenAccept(this::complete);
      }
      ram.completion().thenRun(then);
    } catch (SnapshotException | ImageException | RuntimeException | Error e) {
      refuse(console, tell.apply(Console.line(e)));
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

  /** Ends the JVM at once: neither the guest nor the host's shutdown hooks must run. */
  static void refuse(Console console, String problem) {
    console.say("restore: " + problem);
    System.err.flush();
    Runtime.getRuntime().halt(EXIT_STATUS);
  }
}
