package io.ramshot;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.LazyRam;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Fills blocks by the engine, at the speed of the disk, before the guest goes on. */
final class EngineFill {
  private EngineFill() {}

  /**
   * @param pairs of the image's blocks and the guest's
   * @return the blocks that are filled, but for pages that are theirs in part only; others the
   *     engine cannot fill
   * @throws SnapshotException if a page is damaged, or cannot be read
   */
  static Set<ImageBlock> fill(
      Image image, Map<ImageBlock, Block> pairs, RestoreOptions options, Set<ImageBlock> except)
      throws SnapshotException {
    Set<ImageBlock> filled = new HashSet<>();
    LazyRam ram;
    try {
      ram = EngineImage.open(image, options);
    } catch (SnapshotException | EngineException e) {
      return filled; /* read by Java, which says it if that fails too */
    }
    try (ram) {
      for (Map.Entry<ImageBlock, Block> pair : pairs.entrySet()) {
        if (!except.contains(pair.getKey()) && add(image, ram, pair.getKey(), pair.getValue())) {
          filled.add(pair.getKey());
        }
      }
      if (!filled.isEmpty()) {
        ram.fill();
      }
    } catch (EngineException e) {
      throw new SnapshotException(e.getMessage(), e);
    }
    return filled;
  }

  private static boolean add(Image image, LazyRam ram, ImageBlock from, Block to) {
    try {
      EngineImage.add(image, ram, from, to, true);
      return true;
    } catch (SnapshotException | EngineException e) {
      return false;
    }
  }
}
