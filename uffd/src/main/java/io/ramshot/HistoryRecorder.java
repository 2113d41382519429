package io.ramshot;

import io.ramshot.image.ChunkHistory;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageLayout;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import io.ramshot.image.StallCount;
import io.ramshot.uffd.Capture;
import io.ramshot.uffd.SaveLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes an image's history from what the engine remembers. */
final class HistoryRecorder {

  private HistoryRecorder() {}

  /**
   * @param layout after the freeze
   * @param captures of its blocks, in their order
   * @param capture that is done
   */
  static SavingHistory record(ImageLayout layout, List<BlockCapture> captures, Capture capture) {
    List<ChunkHistory> blocks = new ArrayList<>();
    for (ImageBlock place : layout.blocks()) {
      blocks.add(block(layout.pageSize(), place, captures, capture));
    }
    List<StallCount> stalls = new ArrayList<>();
    capture.stalls().forEach((upTo, count) -> stalls.add(new StallCount(upTo, count)));
    return new SavingHistory(SaveLog.SLICE_BYTES, blocks, stalls);
  }

  private static ChunkHistory block(
      int page, ImageBlock place, List<BlockCapture> captures, Capture capture) {
    BlockCapture block = captures.get(place.id());
    int rank = SealedFile.rank(captures, place.id());
    long address = block.tracked() ? block.block().address() : capture.address(rank);
    int chunkPages = SaveLog.SLICE_BYTES / page;
    int firstPages = chunkPages - (int) (address % SaveLog.SLICE_BYTES / page);
    int chunks = SavingHistory.chunks(place.pageCount(page), firstPages, chunkPages);
    if (block.tracked()) {
      return all(firstPages, chunks, Saver.TRACKING, ChunkHistory.UNKNOWN);
    }
    if (block.staged()) {
      return all(firstPages, chunks, Saver.FREEZE, 0);
    }
    SaveLog log = capture.history(rank, chunks);
    return new ChunkHistory(firstPages, log.savers(), log.micros());
  }

  private static ChunkHistory all(int firstPages, int chunks, Saver saver, int micros) {
    byte[] savers = new byte[chunks];
    int[] times = new int[chunks];
    Arrays.fill(savers, saver.code());
    Arrays.fill(times, micros);
    return new ChunkHistory(firstPages, savers, times);
  }
}
