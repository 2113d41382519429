package io.ramshot;

import io.ramshot.table.RamTable;
import io.ramshot.table.SavedTables;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** RAM on the heap as the sources found it just now: arrays by themselves, and tables of arrays. */
final class HeapBlocks {
  /** A {@link HeapRam} or a {@link RamTable} by its name, in the sources' order. */
  private final Map<String, Object> found = new LinkedHashMap<>();

  /** Tables that may be empty: the source knows that they are there. */
  private final Map<RamTable, Boolean> known = new IdentityHashMap<>();

  private final Map<Object, String> arrays = new IdentityHashMap<>();

  /**
   * @param value see {@link RamSource#find}
   * @throws SnapshotException if it is nothing that can be captured, or is there already
   */
  void add(String name, Object value) throws SnapshotException {
    Object ram;
    Object array;
    if (value instanceof RamTable table) {
      known.put(table, true);
      ram = table;
      array = table.value();
    } else if (value instanceof Object[] row) {
      ram = HeapRam.table(name, row);
      array = row;
    } else {
      HeapRam one = HeapRam.of(name, value);
      ram = one;
      array = one.value();
    }
    String same = arrays.put(array, name);
    if (same != null) {
      throw new SnapshotException(
          "blocks " + same + " and " + name + " are one array: name it once");
    }
    if (found.put(name, ram) != null) {
      throw twice(name);
    }
  }

  /** Adds all of another source's. */
  void addAll(HeapBlocks others) throws SnapshotException {
    for (Map.Entry<Object, String> entry : others.arrays.entrySet()) {
      String same = arrays.put(entry.getKey(), entry.getValue());
      if (same != null) {
        throw new SnapshotException(
            "blocks " + same + " and " + entry.getValue() + " are one array: name it once");
      }
    }
    for (Map.Entry<String, Object> entry : others.found.entrySet()) {
      if (found.put(entry.getKey(), entry.getValue()) != null) {
        throw twice(entry.getKey());
      }
    }
    known.putAll(others.known);
  }

  private static SnapshotException twice(String name) {
    return new SnapshotException("two blocks are named " + name);
  }

  /** A {@link HeapRam} or a {@link RamTable} by its name. */
  Map<String, Object> found() {
    return found;
  }

  /**
   * What a snapshot saves.
   *
   * @throws SnapshotException if there is nothing where something must be
   */
  List<Block> blocks() throws SnapshotException {
    for (Map.Entry<String, Object> entry : found.entrySet()) {
      if (entry.getValue() instanceof RamTable table
          && !known.containsKey(table)
          && table.isEmpty()) {
        throw HeapRam.empty(entry.getKey());
      }
    }
    return present();
  }

  /** What there is just now; nothing of tables that are empty. */
  List<Block> present() {
    List<Block> blocks = new ArrayList<>();
    found.forEach(
        (name, ram) -> {
          if (ram instanceof RamTable table) {
            blocks.addAll(blocks(name, table.blocks()));
          } else {
            blocks.add(new Block(name, (HeapRam) ram));
          }
        });
    return blocks;
  }

  /** Blocks of a table. */
  static List<Block> blocks(String name, List<RamTable.Part> parts) {
    List<Block> blocks = new ArrayList<>();
    for (RamTable.Part part : parts) {
      blocks.add(new Block(name + part.suffix(), HeapRam.of(part)));
    }
    return blocks;
  }

  /** The forms of the tables, as far as the blocks do not tell them. */
  SavedTables tables() {
    Map<String, RamTable> tables = new LinkedHashMap<>();
    found.forEach(
        (name, ram) -> {
          if (ram instanceof RamTable table && !table.isPlain()) {
            tables.put(name, table);
          }
        });
    return SavedTables.of(tables);
  }
}
