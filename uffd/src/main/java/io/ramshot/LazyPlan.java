package io.ramshot;

import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.LazyOptions;
import io.ramshot.uffd.LazyRam;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decides which blocks are restored lazily, and tells the engine where their pages stand. */
final class LazyPlan {
  /** A smaller block is read sooner than it is registered, and the engine copies it anyway. */
  private static final long SMALL_BLOCK_BYTES = 1 << 20;

  /**
   * How much comes along with a page that is touched, in bytes. Measured with RAM that is touched
   * everywhere at random: docs/RESTORE.md.
   */
  private static final long GRAIN_BYTES = 64 << 10;

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
      plan.ram =
          LazyRam.open(
              new LazyOptions(
                  options.zeroDamaged(),
                  options.stallLimit().toNanos(),
                  options.hugePages(),
                  options.directIo(),
                  options.bytesPerSecond(),
                  Long.getLong("ramshot.lazy.grain", GRAIN_BYTES)));
      plan.addFiles();
      pairs.forEach(plan::add);
      if (plan.indices.isEmpty()) {
        plan.close();
      }
    } catch (SnapshotException | EngineException e) {
      plan.giveUp(pairs, e.getMessage());
    }
    return plan;
  }

  private void addFiles() throws SnapshotException, EngineException {
    for (Image at = image; at != null; at = at.parent().orElse(null)) {
      if (!at.isPlainFile()) {
        throw new SnapshotException(at.path() + " is packed, or no file of the operating system");
      }
      ram.addFile(at.path());
    }
  }

  private void add(ImageBlock from, Block to) {
    try {
      requireLazy(from, to);
      int index =
          ram.addBlock(from.name(), to.address(), to.length(), image.pageTable(from).crcs());
      addLevels(index, from);
      indices.put(from, index);
      owners.add(to);
    } catch (SnapshotException | EngineException e) {
      eager.add("block " + to.name() + ": " + e.getMessage());
    }
  }

  private void requireLazy(ImageBlock from, Block to) throws SnapshotException {
    if (to.ram() != null) {
      throw new SnapshotException("it is on the Java heap");
    }
    if (to.length() < SMALL_BLOCK_BYTES) {
      throw new SnapshotException("it is small");
    }
    if (Math.floorMod(to.address(), (long) image.header().pageSize()) != from.lead()) {
      throw new SnapshotException("it lies differently in its pages than it did when it was saved");
    }
  }

  private void addLevels(int index, ImageBlock from) throws EngineException {
    int file = 0;
    ImageBlock there = from;
    for (Image at = image; there != null; at = at.parent().orElse(null)) {
      ram.addLevel(index, file++, there.dataOffset(), at.pageTable(there).kinds());
      there = at.parentBlock(there).orElse(null);
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

  boolean isLazy(ImageBlock block) {
    return indices.containsKey(block);
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
