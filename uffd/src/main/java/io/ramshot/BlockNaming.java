package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which block of this guest is which of an image: by name; where the names differ, by order, as far
 * as that is known. Blocks that were found in a guest which ran already have a {@code ~} in their
 * names where nobody knows their order. These go by their lengths, or not at all.
 */
final class BlockNaming {
  private static final String UNORDERED = "~#";

  private BlockNaming() {}

  /** Whether the order of blocks with such names tells nothing. */
  static boolean isUnordered(String name) {
    return name.contains(UNORDERED);
  }

  /**
   * @param blocks of this guest, as many as the image's
   * @return in the image's order
   * @throws SnapshotException if it cannot be told which is which
   */
  static List<Block> match(Image image, List<Block> blocks) throws SnapshotException {
    Map<String, Block> byName = new HashMap<>();
    blocks.forEach(block -> byName.put(block.name(), block));
    List<ImageBlock> saved = image.blocks();
    boolean named = saved.stream().allMatch(block -> byName.containsKey(block.name()));
    if (!named
        && (saved.stream().anyMatch(block -> isUnordered(block.name()))
            || blocks.stream().anyMatch(block -> isUnordered(block.name())))) {
      return byLength(image, byName);
    }
    List<Block> matched = new ArrayList<>();
    for (int i = 0; i < saved.size(); i++) {
      matched.add(named ? byName.get(saved.get(i).name()) : blocks.get(i));
    }
    return matched;
  }

  private static List<Block> byLength(Image image, Map<String, Block> byName)
      throws SnapshotException {
    List<ImageBlock> unnamed = new ArrayList<>(image.blocks());
    unnamed.removeIf(block -> byName.containsKey(block.name()));
    List<Block> left = new ArrayList<>(byName.values());
    image.blocks().forEach(block -> left.remove(byName.get(block.name())));
    List<Block> matched = new ArrayList<>();
    for (ImageBlock block : image.blocks()) {
      if (byName.containsKey(block.name())) {
        matched.add(byName.get(block.name()));
        continue;
      }
      List<Block> fitting = left.stream().filter(other -> fits(block, other)).toList();
      long rivals = unnamed.stream().filter(other -> isAlike(block, other)).count();
      if (fitting.size() != 1 || rivals != 1) {
        throw new SnapshotException(
            "%s and this guest were not both watched from their start (names with ~), so that nobody knows which of %d blocks of %d bytes is %s: start both with -javaagent, or name the RAM by a static field or a table"
                .formatted(
                    image.path(),
                    Math.max(fitting.size(), (int) rivals),
                    block.length(),
                    block.name()));
      }
      matched.add(fitting.get(0));
    }
    return matched;
  }

  private static boolean fits(ImageBlock block, Block other) {
    boolean pieces = block.kind() == BlockKind.HEAP_PIECES;
    return pieces == (other.kind() == BlockKind.HEAP_PIECES)
        && (pieces || block.length() == other.length());
  }

  /** A restore may give an array of pieces any length. */
  private static boolean isAlike(ImageBlock some, ImageBlock other) {
    boolean pieces = some.kind() == BlockKind.HEAP_PIECES;
    return pieces == (other.kind() == BlockKind.HEAP_PIECES)
        && (pieces || some.length() == other.length());
  }
}
