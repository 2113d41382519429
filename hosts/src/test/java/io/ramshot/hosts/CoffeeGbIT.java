package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.example.gameboy.GameBoyHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coffee GB, whose RAM is a handful of small arrays. */
class CoffeeGbIT {
  private static final int SNAPSHOTS = 3;

  @TempDir private Path directory;

  @Test
  void everyImageIsOneInstant() throws Exception {
    try (ForkedJvm host = start("profile=coffee-gb")) {
      host.awaitOut(line -> line.equals("guest: pass 1"));
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        int last = -1;
        for (int i = 0; i < SNAPSHOTS; i++) {
          int cells = GameBoyEdge.check(snapshots.takeAndRead().blocks());
          assertNotEquals(last, cells, "each image is of another instant");
          last = cells;
        }
      }
      assertEquals(List.of(), host.messages());
    }
  }

  @Test
  void theMachineGoesOnInAnotherJvm() throws Exception {
    Path file;
    try (ForkedJvm host = start("")) {
      host.awaitOut(line -> line.equals("guest: pass 2"));
      Emulators.assertRecognised(host, "coffee-gb");
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        file = snapshots.take();
      }
    }
    SavedRam saved = SavedRam.read(file);
    assertEquals(1, saved.states().size());
    int passes = GameBoyEdge.passes(saved.blocks());
    assertTrue(passes >= 2, "it had begun: " + passes);
    try (ForkedJvm host = start("restore=" + file)) {
      String later = "guest: pass " + (passes + 2);
      host.awaitOut(line -> line.equals(later));
      // A machine that had started anew would have cleared RAM, and count from 0.
      List<String> early =
          host.out().stream().filter(line -> isBefore(line, passes)).collect(Collectors.toList());
      assertEquals(List.of(), early, "the guest began again");
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        GameBoyEdge.check(snapshots.takeAndRead().blocks());
      }
    }
  }

  private static boolean isBefore(String line, int passes) {
    return Integer.parseInt(line.substring("guest: pass ".length())) < passes;
  }

  private static ForkedJvm start(String options) throws Exception {
    return Emulators.jvm()
        .withAgent(options)
        .start(GameBoyHost.class, Emulators.jars("eu.rekawek"));
  }
}
