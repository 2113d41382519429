package io.ramshot.hooks.discover;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotException;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import io.ramshot.SnapshotState;
import io.ramshot.hooks.GateInfo;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.StateInfo;
import io.ramshot.image.Image;
import io.ramshot.image.ImageException;
import io.ramshot.image.ImageVerifier;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A snapshot that is taken with a profile before the profile is printed, to see whether it works:
 * into a temporary file, which is deleted at once. Nothing that was installed for it remains.
 */
final class Trial {

  /**
   * What came of it.
   *
   * @param taken whether a snapshot was taken, and the image is whole
   * @param refusals why not, root causes as whole sentences; several where several objects refuse
   * @param line what was captured; empty unless taken
   */
  record Outcome(boolean taken, List<String> refusals, String line) {
    static Outcome refused(String why) {
      return new Outcome(false, List.of(why), "");
    }
  }

  /** A vCPU that a gate is to hold comes to it within this. */
  private static final Duration GATES_WITHIN = Duration.ofMillis(1500);

  private static final Duration FREEZE = Duration.ofSeconds(1);
  private static final Duration STALL = Duration.ofSeconds(2);

  /** A disk that takes longer tells nothing of the profile. */
  private static final Duration SAVED_WITHIN = Duration.ofSeconds(40);

  /** More is not written for a trial, in bytes. */
  private static final long MOST_BYTES = 16L << 30;

  /** Left to others where the file goes, in bytes. */
  private static final long SPARE_BYTES = 64L << 20;

  private final Instrumentation instrumentation;
  private final List<Block> offHeap;

  /**
   * @param offHeap blocks that were seen when they were allocated, and that nobody can find again
   */
  Trial(Instrumentation instrumentation, List<Block> offHeap) {
    this.instrumentation = instrumentation;
    this.offHeap = offHeap;
  }

  /**
   * Why there is no room for it, or null.
   *
   * @param bytes of guest RAM
   */
  static String noRoom(long bytes) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      long room = Files.getFileStore(folder).getUsableSpace();
      return bytes > MOST_BYTES || bytes + bytes / 8 + SPARE_BYTES > room
          ? "a snapshot of %s has no room in %s (%s free)"
              .formatted(Sizes.text(bytes), folder, Sizes.text(room))
          : null;
    } catch (IOException | RuntimeException e) {
      return folder + " cannot be used for a temporary file: " + e.getMessage();
    }
  }

  /** Takes one, on the calling thread. */
  Outcome run(HookOptions options) throws InterruptedException {
    Guest guest = new Guest();
    guest.hugePages(false); // Nothing of the host is to be changed.
    Path folder = null;
    try (Hooks hooks = Hooks.installForExisting(instrumentation, options, guest, line -> {})) {
      hooks.adoptExisting();
      guest.vcpus(hooks.vcpus());
      for (Block block : offHeap) {
        if (guest.blockAt(block.address()).isEmpty()) {
          guest.register(block.name(), block.kind(), block.address(), block.length(), null);
        }
      }
      List<String> refusals = refusals(guest);
      if (!refusals.isEmpty()) {
        return new Outcome(false, refusals, "");
      }
      awaitGates(hooks);
      folder = Files.createTempDirectory("ramshot-discover");
      Path file = folder.resolve("trial.ramshot");
      SnapshotResult result = take(guest, file);
      return result.state() == SnapshotState.COMPLETED
          ? whole(file, result, hooks)
          : Outcome.refused(result.message());
    } catch (IOException | SnapshotException | RuntimeException e) {
      return Outcome.refused(String.valueOf(e.getMessage()));
    } finally {
      delete(folder);
    }
  }

  /** Of all objects at once; a snapshot names the first only. */
  private static List<String> refusals(Guest guest) throws InterruptedException {
    List<String> refusals = new ArrayList<>();
    for (Participant participant : guest.participants()) {
      try {
        participant.prepare();
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception | LinkageError e) {
        refusals.add(String.valueOf(e.getMessage()));
      }
    }
    return refusals;
  }

  private static void awaitGates(Hooks hooks) throws InterruptedException {
    long end = System.nanoTime() + GATES_WITHIN.toNanos();
    while (!hooks.gates().stream().allMatch(GateInfo::called) && System.nanoTime() - end < 0) {
      Thread.sleep(10);
    }
  }

  private static SnapshotResult take(Guest guest, Path file)
      throws SnapshotException, InterruptedException {
    SnapshotOptions options =
        SnapshotOptions.DEFAULTS
            .withHugePages(false)
            .withFreezeTimeout(FREEZE)
            .withStallLimit(STALL);
    Snapshot snapshot = guest.snapshot(file, options);
    SnapshotResult result = null;
    try {
      result = snapshot.await(SAVED_WITHIN);
    } finally {
      if (result == null) {
        snapshot.cancel("it took longer than a trial may");
      }
    }
    return result == null ? snapshot.await() : result;
  }

  private static Outcome whole(Path file, SnapshotResult result, Hooks hooks)
      throws ImageException, IOException {
    try (Image image = Image.open(file)) {
      long damages =
          ImageVerifier.verify(
                  image,
                  ImageVerifier.Depth.STORED_PAGES,
                  1,
                  ImageVerifier.Progress.NONE,
                  damage -> {})
              .damages();
      if (damages > 0) {
        return Outcome.refused("the image has " + damages + " damaged pages");
      }
      List<String> uncalled =
          hooks.gates().stream().filter(g -> !g.called()).map(g -> g.gate().toString()).toList();
      String objects =
          hooks.states().stream()
              .map(Trial::objects)
              .collect(Collectors.joining(", ", "state of ", ""));
      return new Outcome(
          true,
          List.of(),
          "%s of RAM in %d block%s, gates waited for %s, the guest stood still for %s; %s%s"
              .formatted(
                  Sizes.text(result.status().totalBytes()),
                  image.blocks().size(),
                  image.blocks().size() == 1 ? "" : "s",
                  Sizes.time(result.status().pause().gateNanos()),
                  Sizes.time(result.status().pause().totalNanos()),
                  hooks.states().isEmpty() ? "no state" : objects,
                  uncalled.isEmpty()
                      ? ""
                      : "; no thread came to " + String.join(", ", uncalled) + " meanwhile"));
    }
  }

  private static String objects(StateInfo state) {
    return state.participants() + " " + state.state().className();
  }

  private static void delete(Path folder) {
    if (folder == null) {
      return;
    }
    try {
      Files.deleteIfExists(folder.resolve("trial.ramshot"));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
