package io.ramshot;

import io.ramshot.image.BlockKind;
import io.ramshot.image.Image;
import io.ramshot.image.ImageBlock;
import io.ramshot.image.ImageException;
import io.ramshot.image.Shape;
import io.ramshot.table.RamTable;
import io.ramshot.table.SavedTables;
import io.ramshot.table.TableException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tables of this guest that are to become what they are in an image: tells the blocks that there
 * will be, and changes the guest only when all else fits.
 */
final class TableMatch {
  private final Image image;
  private final SavedTables saved;
  private final Map<String, ImageBlock> places = new LinkedHashMap<>();

  /** The image's name of each of this guest's tables. */
  private final Map<String, String> names = new LinkedHashMap<>();

  private final List<SavedTables.Plan> plans = new ArrayList<>();
  private final List<Block> blocks;

  private TableMatch(Image image, List<Block> registered) throws SnapshotException {
    this.image = image;
    blocks = new ArrayList<>(registered);
    saved = read(image);
    image.blocks().forEach(block -> places.put(block.name(), block));
  }

  /**
   * @throws SnapshotException if a table cannot become what it was; nothing has been changed
   */
  static TableMatch of(Image image, List<Block> registered, HeapBlocks heap)
      throws SnapshotException {
    TableMatch match = new TableMatch(image, registered);
    match.name(heap);
    for (Map.Entry<String, Object> entry : heap.found().entrySet()) {
      if (entry.getValue() instanceof RamTable table) {
        try {
          match.add(entry.getKey(), table);
        } catch (TableException e) {
          throw new SnapshotException(e.getMessage(), e);
        }
      } else {
        match.blocks.add(new Block(entry.getKey(), (HeapRam) entry.getValue()));
      }
    }
    return match;
  }

  /** The tables of an image. */
  static SavedTables read(Image image) throws SnapshotException {
    try {
      Optional<ByteBuffer> payload = image.extra(SavedTables.SECTION);
      return payload.isPresent() ? SavedTables.decode(payload.get()) : SavedTables.none();
    } catch (ImageException e) {
      throw new SnapshotException(e.getMessage(), e);
    } catch (TableException e) {
      throw new SnapshotException(
          image.path() + " is damaged: its section " + SavedTables.SECTION + " " + e.getMessage(),
          e);
    }
  }

  /** As blocks are: by name; where the names differ but the number fits, by order. */
  private void name(HeapBlocks heap) throws SnapshotException {
    List<String> here =
        heap.found().entrySet().stream()
            .filter(entry -> entry.getValue() instanceof RamTable)
            .map(Map.Entry::getKey)
            .toList();
    List<String> there = saved.names();
    boolean named = here.containsAll(there);
    if (!named && here.size() > 1 && there.size() > 1) {
      requireOrder(here);
      requireOrder(there);
    }
    for (int i = 0; i < here.size(); i++) {
      String name = here.get(i);
      if (named ? there.contains(name) : here.size() == there.size()) {
        names.put(name, named ? name : there.get(i));
      }
    }
  }

  private void requireOrder(List<String> tables) throws SnapshotException {
    for (String name : tables) {
      if (BlockNaming.isUnordered(name)) {
        throw new SnapshotException(
            "%s and this guest were not both watched from their start (names with ~), so that nobody knows which of %d tables is %s: start both with -javaagent, or name them by static fields"
                .formatted(image.path(), tables.size(), name));
      }
    }
  }

  private void add(String name, RamTable table) throws TableException, SnapshotException {
    String wanted = names.get(name);
    if (wanted != null) {
      ImageBlock whole = places.get(wanted);
      requireShape(wanted, whole, table);
      RamTable planned = plan(saved.plan(wanted, table));
      boolean one = whole != null && whole.kind() == BlockKind.HEAP_PIECES;
      addBlocks(name, one ? List.of(planned.whole()) : planned.parts());
      return;
    }
    ImageBlock place = places.get(name);
    if (place == null && table.isFlat()) {
      place = byOrder(name);
    }
    Optional<Shape> shape = place == null ? Optional.empty() : image.shape(place);
    if (shape.isPresent() && table.isFlat()) {
      addBlocks(name, List.of(plan(byShape(place, shape.get(), table)).whole()));
    } else {
      for (RamTable.Part part : table.blocks()) {
        addPart(name + part.suffix(), part);
      }
    }
  }

  /** The block of pieces in the image that stands where this one will; null for none. */
  private ImageBlock byOrder(String name) throws SnapshotException {
    List<ImageBlock> pieces =
        image.blocks().stream().filter(b -> b.kind() == BlockKind.HEAP_PIECES).toList();
    boolean unordered =
        BlockNaming.isUnordered(name)
            || pieces.stream().anyMatch(b -> BlockNaming.isUnordered(b.name()));
    if (unordered && pieces.size() == 1) {
      return pieces.get(0);
    }
    if (unordered) {
      requireOrder(pieces.stream().map(ImageBlock::name).toList());
      requireOrder(List.of(name));
    }
    return blocks.size() < image.blocks().size() ? image.blocks().get(blocks.size()) : null;
  }

  /** Of an image that was made before tables had forms. */
  private void addPart(String name, RamTable.Part part) throws TableException {
    ImageBlock place = places.get(name);
    Optional<Shape> shape = place == null ? Optional.empty() : image.shape(place);
    Optional<RamTable> row =
        part.pieces() ? RamTable.of(part.value(), null, false) : Optional.empty();
    if (shape.isPresent() && row.isPresent() && row.get().isFlat()) {
      addBlocks(name, List.of(plan(byShape(place, shape.get(), row.get())).whole()));
    } else {
      blocks.add(new Block(name, HeapRam.of(part)));
    }
  }

  private RamTable plan(SavedTables.Plan plan) {
    plans.add(plan);
    return plan.table();
  }

  private static SavedTables.Plan byShape(ImageBlock place, Shape shape, RamTable table)
      throws TableException {
    return SavedTables.plan(place.name(), table, shape.elementBytes(), shape.lengths());
  }

  private void requireShape(String name, ImageBlock whole, RamTable table) throws TableException {
    Optional<Shape> shape = whole == null ? Optional.empty() : image.shape(whole);
    if (shape.isPresent() && table.isFlat()) {
      SavedTables.requireShape(
          name, table, shape.get().elementBytes(), shape.get().lengths().length);
    }
  }

  private void addBlocks(String name, List<RamTable.Part> parts) {
    blocks.addAll(HeapBlocks.blocks(name, parts));
  }

  /** The blocks of this guest as they will be. */
  List<Block> blocks() {
    return blocks;
  }

  /** Changes the guest's tables. */
  void commit() {
    plans.forEach(SavedTables.Plan::commit);
  }
}
