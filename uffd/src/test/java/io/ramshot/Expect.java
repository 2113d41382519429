package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What must hold whenever a snapshot has ended in a certain way. */
final class Expect {
  private static final int LOOKS = 600;
  private static final long BETWEEN_LOOKS_NANOS = 50_000_000;

  private Expect() {}

  /** It stands under its name, nothing is protected, and its figures add up. */
  static void completed(SnapshotResult result) throws IOException {
    assertEquals(SnapshotState.COMPLETED, result.state(), result::message);
    assertEquals("", result.message());
    assertNotNull(result.id());
    assertNotNull(result.freezeTime());
    assertEquals(Files.size(result.target()), result.fileBytes());
    figuresAddUp(result.status());
    nothingProtected();
  }

  /** It left no file, nothing is protected, and its message holds all these words. */
  static void failed(SnapshotResult result, String... words) throws IOException {
    assertEquals(SnapshotState.FAILED, result.state(), result::message);
    for (String word : words) {
      assertTrue(
          result.message().contains(word), () -> "no \"" + word + "\" in: " + result.message());
    }
    leftNothing(result);
  }

  /** It left no file, nothing is protected, and its message holds the reason. */
  static void cancelled(SnapshotResult result, String reason) throws IOException {
    assertEquals(SnapshotState.CANCELLED, result.state(), result::message);
    assertTrue(result.message().contains(reason), result::message);
    leftNothing(result);
  }

  private static void leftNothing(SnapshotResult result) throws IOException {
    assertNull(result.id());
    assertEquals(0, result.fileBytes());
    assertFalse(Files.exists(result.target(), LinkOption.NOFOLLOW_LINKS), "a file was left");
    noPartialFile(result.target().getParent());
    nothingProtected();
  }

  /** No temporary file in a folder, once a slow disk has removed it: nobody waits for that long. */
  static void noPartialFile(Path folder) throws IOException {
    for (int look = 0; look < LOOKS && !partialFiles(folder).isEmpty(); look++) {
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
    assertEquals(List.of(), partialFiles(folder));
  }

  private static List<String> partialFiles(Path folder) throws IOException {
    return list(folder).stream().filter(name -> name.endsWith(".part")).toList();
  }

  /** The names of all files in a folder, hidden ones as well, sorted. */
  static List<String> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The kernel knows of no memory in this process that is registered with userfaultfd. */
  static void nothingProtected() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/smaps"))) {
      List<String> flags =
          lines
              .filter(line -> line.startsWith("VmFlags:"))
              .filter(line -> line.contains(" uw") || line.contains(" um"))
              .toList();
      assertEquals(List.of(), flags, "memory is still registered with userfaultfd");
    }
  }

  static void figuresAddUp(SnapshotStatus status) {
    String all = status.toString();
    assertEquals(status.totalBytes(), status.doneBytes(), all);
    assertEquals(
        status.chunks(),
        status.chunksSaved() + status.chunksCopied() + status.chunksAhead() + status.chunksEmpty(),
        all);
    assertTrue(status.hugeChunks() <= status.chunks(), all);
    assertTrue(status.poolPeakBytes() <= status.poolBytes(), all);
    assertTrue(status.poolPeakBytes() > 0 == status.chunksCopied() + status.chunksAhead() > 0, all);
    assertTrue(status.requestsWaited() <= status.requests(), all);
    Stalls stalls = status.stalls();
    assertTrue(stalls.count() <= status.requests(), all);
    assertTrue(
        stalls.p50Nanos() <= stalls.p99Nanos()
            && stalls.p99Nanos() <= stalls.p999Nanos()
            && stalls.p999Nanos() <= stalls.maxNanos(),
        all);
    Pause pause = status.pause();
    assertTrue(
        pause.gateNanos()
                + pause.stateNanos()
                + pause.edgesNanos()
                + pause.scanNanos()
                + pause.armNanos()
            <= pause.totalNanos(),
        all);
    assertTrue(pause.totalNanos() > 0, all);
  }

  /** Waits until a snapshot is at least as far as {@code state}. */
  static void awaitState(Snapshot snapshot, SnapshotState state) {
    while (snapshot.status().state().compareTo(state) < 0) {
      Thread.onSpinWait();
    }
  }
}
