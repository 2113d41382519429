package io.ramshot.agent.tools;

import io.ramshot.image.ChunkHistory;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import io.ramshot.image.StallCount;
import java.util.EnumMap;
import java.util.Map;

/**
 * A saving history in a few numbers.
 *
 * @param chunks by who saved them; all savers are in it
 * @param lastMicros when the last chunk was saved, in µs after RAM was protected; 0 for none
 * @param stalls how many guest threads waited
 */
public record HistorySummary(Map<Saver, Long> chunks, long lastMicros, long stalls) {

  public static HistorySummary of(SavingHistory history) {
    Map<Saver, Long> chunks = new EnumMap<>(Saver.class);
    for (Saver saver : Saver.values()) {
      chunks.put(saver, 0L);
    }
    long last = 0;
    for (ChunkHistory block : history.blocks()) {
      for (int chunk = 0; chunk < block.chunks(); chunk++) {
        chunks.merge(block.saver(chunk), 1L, Long::sum);
        last = Math.max(last, block.microsAt(chunk));
      }
    }
    return new HistorySummary(
        chunks, last, history.stalls().stream().mapToLong(StallCount::count).sum());
  }
}
