package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.arm.ArmHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unicorn, a native engine that maps RAM itself, and runs for ever in one call if it is let. */
class UnicornIT {
  private static final int SNAPSHOTS = 3;
  private static final String RATE = "rate=64m";

  /** What is this program's own: a restore needs its registers, put back before it reads the PC. */
  private static final String BOARD =
      "profile=auto,state=com.example.arm.ArmBoard::save/load,gate=com.example.arm.ArmBoard::run,"
          + RATE;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"100000", "0"})
  void everyImageIsOneInstant(String instructions) throws Exception {
    try (ForkedJvm host =
        start("profile=unicorn,state=com.example.arm.ArmBoard::save/load," + RATE, instructions)) {
      host.awaitOut(line -> line.equals("guest: ready"));
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        long last = -1;
        for (int i = 0; i < SNAPSHOTS; i++) {
          long pages = check(snapshots.takeAndRead());
          assertTrue(pages > last, "each image is of a later instant");
          last = pages;
        }
        assertTrue(
            snapshots.requests() >= SNAPSHOTS,
            "the guest hardly wrote to protected pages: " + snapshots.requests());
      }
      assertEquals(List.of(), host.messages());
    }
  }

  @Test
  void theMachineGoesOnInAnotherJvm() throws Exception {
    Path file;
    try (ForkedJvm host = start(BOARD, "0")) {
      host.awaitOut(line -> line.equals("guest: ready"));
      Emulators.assertRecognised(host, "unicorn");
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        snapshots.take();
        file = snapshots.take();
      }
    }
    long saved = check(SavedRam.read(file));
    assertTrue(saved > 0);
    try (ForkedJvm host = start(BOARD + ",restore=" + file, "0")) {
      host.awaitOut(line -> line.equals("guest: ready"));
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        long resumed = check(snapshots.takeAndRead());
        assertTrue(resumed > saved, resumed + " after " + saved);
      }
    }
  }

  private static long check(SavedRam saved) {
    assertEquals(1, saved.states().size());
    // The program is the smaller block.
    assertEquals(2, saved.blocks().size(), saved.blocks().toString());
    ByteBuffer ram =
        Collections.max(saved.blocks().values(), Comparator.comparingInt(ByteBuffer::capacity));
    return ArmEdge.check(ram, saved.states().get(0));
  }

  private static ForkedJvm start(String options, String instructions) throws Exception {
    return Emulators.jvm()
        .withAgent(options)
        .start(ArmHost.class, Emulators.jars("com.github.zhkl0228"), "32", instructions);
  }
}
