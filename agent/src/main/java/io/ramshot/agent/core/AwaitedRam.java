package io.ramshot.agent.core;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.agent.options.Quantity;
import io.ramshot.hooks.Hooks;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.text.Listing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks of an image, until the host has allocated them. Looking changes nothing of the host's,
 * nor of what a restore will do.
 */
final class AwaitedRam {
  private final List<ImageBlock> wanted;

  AwaitedRam(Image image) {
    wanted = List.copyOf(image.blocks());
  }

  /** Whether the host has allocated them all. */
  boolean isIn(Guest guest, Hooks hooks) {
    return missing(guest.blocks(), hooks.ramToCome()).isEmpty();
  }

  /** Those that are not there, in a few words, or nothing. */
  String missing(Guest guest, Hooks hooks) {
    return Listing.of(
        missing(guest.blocks(), hooks.ramToCome()).stream()
            .map(block -> block.name() + " of " + Quantity.text(block.length()))
            .toList());
  }

  /**
   * Named blocks by name; others, as a restore may go by order, by length. An array of pieces may
   * have any, for a restore gives it the one it had.
   *
   * @param toCome lengths of more blocks, in bytes; 0 for an array of pieces
   */
  List<ImageBlock> missing(List<Block> present, List<Long> toCome) {
    Map<String, Long> named = new LinkedHashMap<>();
    present.forEach(block -> named.put(block.name(), length(block.kind(), block.length())));
    List<ImageBlock> others = new ArrayList<>();
    for (ImageBlock block : wanted) {
      Long length = named.get(block.name());
      if (length != null && length == length(block.kind(), block.length())) {
        named.remove(block.name());
      } else {
        others.add(block);
      }
    }
    List<Long> lengths = new ArrayList<>(named.values());
    lengths.addAll(toCome);
    others.removeIf(block -> lengths.remove((Long) length(block.kind(), block.length())));
    return others;
  }

  private static long length(BlockKind kind, long bytes) {
    return kind == BlockKind.HEAP_PIECES ? 0 : bytes;
  }
}
