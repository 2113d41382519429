package io.ramshot;

import io.ramshot.image.ChunkHistory;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a lazy restore brings first: what the guest wrote to soon after the image was taken, as the
 * image's history has it, in that order.
 */
final class LazyOrder {
  private record Place(long micros, long place) {}

  private LazyOrder() {}

  /**
   * @param indices the engine's number of each block that is restored lazily
   * @return block &lt;&lt; 32 | image page; empty where nothing is known
   */
  static long[] of(Image image, Map<ImageBlock, Integer> indices) {
    Optional<SavingHistory> history;
    try {
      history = image.history();
    } catch (ImageException e) {
      return new long[0]; /* only an order: the pages have checksums of their own */
    }
    List<Place> places = new ArrayList<>();
    history.ifPresent(
        known ->
            indices.forEach(
                (block, index) -> addAll(places, known, block, index, image.header().pageSize())));
    return places.stream()
        .sorted(Comparator.comparingLong(Place::micros))
        .mapToLong(Place::place)
        .toArray();
  }

  private static void addAll(
      List<Place> places, SavingHistory history, ImageBlock block, int index, int pageSize) {
    ChunkHistory chunks = history.blocks().get(block.id());
    for (int chunk = 0; chunk < chunks.chunks(); chunk++) {
      if (chunks.saver(chunk) == Saver.FAULT) {
        places.add(
            new Place(
                Integer.toUnsignedLong(chunks.micros()[chunk]),
                (long) index << 32 | history.firstPage(block, chunk, pageSize)));
      }
    }
  }
}
