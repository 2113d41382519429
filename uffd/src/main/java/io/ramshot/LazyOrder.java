package io.ramshot;

import io.ramshot.image.ChunkHistory;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.Saver;
import io.ramshot.image.SavingHistory;
import io.ramshot.image.TouchTrace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What a lazy restore brings first: what the guest touched first after a restore before this one;
 * then what it wrote to soon after the image was taken, as the image's history has it.
 */
final class LazyOrder {
  private record Place(long micros, long place) {}

  private LazyOrder() {}

  /**
   * @param indices the engine's number of each block that is restored lazily
   * @return block &lt;&lt; 32 | image page; empty where nothing is known
   */
  static long[] of(Image image, Map<ImageBlock, Integer> indices) {
    List<Long> places = new ArrayList<>();
    for (TouchTrace.Place place : TouchTrace.read(image).places()) {
      Integer index = indices.get(image.blocks().get(place.block()));
      if (index != null) {
        places.add((long) index << 32 | place.page());
      }
    }
    fromHistory(image, indices).stream()
        .sorted(Comparator.comparingLong(Place::micros))
        .forEach(place -> places.add(place.place()));
    return places.stream().mapToLong(Long::longValue).toArray();
  }

  private static List<Place> fromHistory(Image image, Map<ImageBlock, Integer> indices) {
    List<Place> places = new ArrayList<>();
    try {
      image
          .history()
          .ifPresent(
              known ->
                  indices.forEach(
                      (block, index) ->
                          addAll(places, known, block, index, image.header().pageSize())));
    } catch (ImageException e) {
      places.clear(); /* only an order: the pages have checksums of their own */
    }
    return places;
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
