package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.management.openmbean.CompositeData;

/** What is proved of every WebAssembly engine and every place where it keeps memory. */
final class WasmProof {
  /** Times 64 KiB: 8 MiB. */
  static final int PIECES = 128;

  /** Has a snapshot last a quarter of a second, in which the guest meets protected pages. */
  static final String RATE = "rate=32m";

  private static final int SNAPSHOTS = 3;
  private static final int PIECE = 64 << 10;
  private static final int MORE = 16;

  private final ForkedJvm host;
  private final Snapshots snapshots;
  private long last = -1;

  /** Starts a host. */
  interface Start {

    /**
     * @param options more for the agent
     * @param arguments more for the host
     */
    ForkedJvm host(String options, String... arguments) throws Exception;
  }

  private WasmProof(ForkedJvm host, Snapshots snapshots) {
    this.host = host;
    this.snapshots = snapshots;
  }

  static ForkedJvm start(
      Class<?> main, List<Path> jars, String options, String kind, String... more)
      throws Exception {
    List<String> arguments = new ArrayList<>(List.of(kind, Integer.toString(PIECES)));
    arguments.addAll(List.of(more));
    return Emulators.jvm().withAgent(options).start(main, jars, arguments.toArray(String[]::new));
  }

  /**
   * Every image is one instant; also one in whose making memory grew, or there is none.
   *
   * @param faults whether the guest meets protected pages; memory in small pieces is copied
   */
  static void imagesAreInstantsAndMemoryMayGrow(ForkedJvm host, Path directory, boolean faults)
      throws Exception {
    host.awaitOut(line -> line.equals("guest: ready"));
    try (Snapshots snapshots = Snapshots.of(host, directory)) {
      WasmProof proof = new WasmProof(host, snapshots);
      for (int i = 0; i < SNAPSHOTS; i++) {
        proof.check(snapshots.takeAndRead(), PIECES);
      }
      assertTrue(
          snapshots.requests() >= SNAPSHOTS || !faults,
          "the guest hardly wrote to protected pages: " + snapshots.requests());
      proof.growWhileSaving();
      proof.check(snapshots.takeAndRead(), PIECES + MORE);
    }
    assertEquals(List.of(), host.messages());
    awaitProgress(host);
  }

  /**
   * A guest is saved and killed; in a new JVM it goes on where it was, without having begun again.
   *
   * @param profile which ramshot is to take by itself
   */
  static void guestGoesOnInAnotherJvm(Path directory, String profile, Start start)
      throws Exception {
    Path file;
    try (ForkedJvm host = start.host(RATE)) {
      awaitProgress(host);
      Emulators.assertRecognised(host, profile);
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        file = snapshots.take();
      }
    }
    WasmEdge saved = WasmEdge.check(SavedRam.read(file).ram());
    try (ForkedJvm host = start.host(RATE + ",restore=" + file, "resumed")) {
      awaitProgress(host);
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        WasmEdge resumed = WasmEdge.check(snapshots.takeAndRead().ram());
        assertEquals(saved.pages(), resumed.pages());
        assertTrue(resumed.steps() > saved.steps(), resumed + " after " + saved);
      }
    }
  }

  private void growWhileSaving() throws Exception {
    Path file = snapshots.startAndSeeSaving();
    host.type("grow " + MORE);
    CompositeData result = snapshots.await();
    host.awaitOut(line -> line.equals("guest: grew from " + PIECES));
    if (result.get("state").equals("COMPLETED")) {
      check(SavedRam.read(file), PIECES);
    } else {
      assertEquals("FAILED", result.get("state"), Snapshots.ended(result));
      assertTrue(Files.notExists(file), Snapshots.ended(result));
    }
  }

  private void check(SavedRam saved, int pieces) {
    WasmEdge edge = WasmEdge.check(saved.ram());
    assertEquals(pieces * (PIECE / 4096) - 1, edge.pages());
    assertTrue(edge.steps() > last, "each image is of a later instant");
    last = edge.steps();
  }

  /** Waits for the guest to have reported once more. */
  static void awaitProgress(ForkedJvm host) throws InterruptedException {
    int before = host.out().size();
    host.awaitOut(line -> line.endsWith(" calls") && host.out().size() > before);
  }
}
