package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.example.gameboy.GameBoyHost;
import io.ramshot.agent.ForkedJvm;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coffee GB, whose RAM is a handful of small arrays. */
class CoffeeGbIT {
  private static final int SNAPSHOTS = 6;

  @TempDir private Path directory;

  @Test
  void everyImageIsOneInstant() throws Exception {
    try (ForkedJvm host = start("")) {
      host.awaitOut(line -> line.equals("guest: pass 1"));
      try (Snapshots snapshots = Snapshots.of(host, directory)) {
        int last = -1;
        for (int i = 0; i < SNAPSHOTS; i++) {
          int cells = GameBoyEdge.check(snapshots.takeAndRead().blocks());
          assertNotEquals(last, cells, "each image is of another instant");
          last = cells;
        }
      }
      assertEquals(List.of(), Emulators.messages(host));
    }
  }

  private static ForkedJvm start(String options) throws Exception {
    return Emulators.jvm()
        .withAgent(Emulators.options("coffee-gb", options))
        .start(GameBoyHost.class, Emulators.jars());
  }
}
