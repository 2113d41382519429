package io.ramshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.image.ChunkHistory;
import io.ramshot.image.Image;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import io.ramshot.image.StallCount;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** What an image says about how it was saved. */
final class SavedHistory {

  private SavedHistory() {}

  /** How many chunks each saver has saved. */
  static Map<Saver, Long> savers(Path image) throws Exception {
    Map<Saver, Long> savers = new EnumMap<>(Saver.class);
    for (ChunkHistory block : read(image).blocks()) {
      for (int chunk = 0; chunk < block.chunks(); chunk++) {
        savers.merge(block.saver(chunk), 1L, Long::sum);
      }
    }
    return savers;
  }

  private static SavingHistory read(Path image) throws Exception {
    try (Image opened = Image.open(image)) {
      return opened.history().orElseThrow();
    }
  }

  /** Checks that it agrees with the figures of a snapshot that the engine alone has saved. */
  static void check(Path image, SnapshotStatus status) throws Exception {
    SavingHistory history = read(image);
    Map<Saver, Long> savers = savers(image);
    long saved = 0;
    for (Saver saver : new Saver[] {Saver.BULK, Saver.AHEAD, Saver.FAULT}) {
      saved += savers.getOrDefault(saver, 0L);
    }
    assertEquals(
        status.chunksSaved() + status.chunksCopied() + status.chunksAhead(),
        saved,
        image::toString);
    assertTrue(
        savers.getOrDefault(Saver.FAULT, 0L) >= status.chunksCopied(),
        () -> savers + ", " + status);
    assertEquals(
        status.stalls().count(), history.stalls().stream().mapToLong(StallCount::count).sum());
    for (ChunkHistory block : history.blocks()) {
      for (int chunk = 0; chunk < block.chunks(); chunk++) {
        long micros = block.microsAt(chunk);
        if (block.saver(chunk) == Saver.NOBODY) {
          assertEquals(-1, micros);
        } else {
          assertTrue(micros >= 0 && micros <= status.savingNanos() / 1000, micros + " us");
        }
      }
    }
  }
}
