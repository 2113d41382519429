package io.ramshot.agent.core;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.agent.options.Quantity;
import io.ramshot.hooks.Hooks;
import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.table.SavedTables;
import io.ramshot.table.TableException;
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
    wanted = wanted(image);
  }

  /** Arrays that hang from a table come with it: a restore makes those that are not there. */
  private static List<ImageBlock> wanted(Image image) {
    SavedTables tables;
    try {
      tables =
          SavedTables.decode(image.extra(SavedTables.SECTION).orElse(SavedTables.none().encode()));
    } catch (ImageException | TableException e) {
      // The restore is refused for it, with this message.
      tables = SavedTables.none();
    }
    Map<String, ImageBlock> wanted = new LinkedHashMap<>();
    for (ImageBlock block : image.blocks()) {
      String name = tables.tableOf(block.name()).orElse(block.name());
      ImageBlock table =
          new ImageBlock(
              block.id(), name, BlockKind.HEAP_PIECES, block.length(), block.dataOffset(), 0);
      wanted.putIfAbsent(name, name.equals(block.name()) ? block : table);
    }
    return List.copyOf(wanted.values());
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
