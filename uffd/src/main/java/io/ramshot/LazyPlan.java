package io.ramshot;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.LazyRam;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Decides which blocks are restored lazily, and tells the engine where their pages stand. */
final class LazyPlan {
  /** A smaller block is read sooner than it is registered, and the engine copies it anyway. */
  private static final long SMALL_BLOCK_BYTES = 1 << 20;

  private final Image image;
  private final Map<ImageBlock, Integer> indices = new LinkedHashMap<>();
  private final List<Block> owners = new ArrayList<>();
  private final List<String> eager = new ArrayList<>();
  private LazyRam ram;

  private LazyPlan(Image image) {
    this.image = image;
  }

  /**
   * @param pairs of the image's blocks and the guest's
   */
  static LazyPlan of(Image image, Map<ImageBlock, Block> pairs, RestoreOptions options) {
    LazyPlan plan = new LazyPlan(image);
    if (!options.lazy()) {
      return plan;
    }
    try {
      plan.ram = EngineImage.open(image, options);
      pairs.forEach(plan::add);
      if (plan.indices.isEmpty()) {
        plan.close();
      }
    } catch (SnapshotException | EngineException e) {
      plan.giveUp(pairs, e.getMessage());
    }
    return plan;
  }

  private void add(ImageBlock from, Block to) {
    try {
      if (to.length() < SMALL_BLOCK_BYTES) {
        throw new SnapshotException("it is small");
      }
      indices.put(from, EngineImage.add(image, ram, from, to, false));
      owners.add(to);
    } catch (SnapshotException | EngineException e) {
      eager.add("block " + to.name() + ": " + e.getMessage());
    }
  }

  /** Everything is read before the guest goes on, after all. */
  void giveUp(Map<ImageBlock, Block> pairs, String why) {
    close();
    indices.clear();
    owners.clear();
    eager.clear();
    pairs.values().forEach(block -> eager.add("block " + block.name() + ": " + why));
  }

  private void close() {
    if (ram != null) {
      ram.close();
      ram = null;
    }
  }

  /** The blocks that are restored lazily. */
  Set<ImageBlock> blocks() {
    return indices.keySet();
  }

  boolean isEmpty() {
    return indices.isEmpty();
  }

  /**
   * From now on the guest may run.
   *
   * @throws EngineException if that cannot be: everything has to be read then
   */
  void start() throws EngineException {
    ram.order(LazyOrder.of(image, indices));
    ram.start();
  }

  /** After all has been done that comes before the guest goes on. */
  RestoredRam restored() {
    return new RestoredRam(image.path(), ram, owners, eager);
  }
}
