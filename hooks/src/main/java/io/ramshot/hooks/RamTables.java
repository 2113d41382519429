package io.ramshot.hooks;

import io.ramshot.SnapshotException;
import io.ramshot.table.RamTable;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.Map;
import java.util.Optional;

/** Finds the tables of arrays that fields hold, and refuses those that no restore could fill. */
final class RamTables {

  private static final int MOST_LOOKS = 100;

  /** A host that is reset makes a few objects anew while it runs. */
  private static final int MOST_MADE = 16;

  private final boolean maps;

  /**
   * @param maps whether maps may be looked into: not where a thread is stopped wherever it is
   */
  RamTables(boolean maps) {
    this.maps = maps;
  }

  /**
   * What a field holds, if that is a table with nothing in it but RAM on the heap.
   *
   * @throws SnapshotException if it must be a table, and is none
   */
  Optional<RamTable> of(RamField field, Object value) throws SnapshotException {
    if (value == null) {
      return Optional.empty();
    }
    boolean several =
        value instanceof Object[] || value instanceof ArrayList || value instanceof Map;
    if (!several && field.parts() == null) {
      return Optional.empty();
    }
    Optional<RamTable> table = look(field, value);
    if (table.isEmpty() && (value instanceof Map || field.parts() != null)) {
      throw new SnapshotException(
          "ram=%s holds a %s that cannot be looked into%s: name a field with arrays, lists or maps (HashMap, LinkedHashMap, TreeMap, with keys that are numbers or text)%s of primitive arrays"
              .formatted(
                  field.spec(),
                  value.getClass().getTypeName(),
                  maps || !(value instanceof Map) ? "" : " with freeze=threads",
                  field.parts() == null ? "" : " of objects with a field " + field.spec().part()));
    }
    return table;
  }

  /** Again while the guest changes it; in a freeze it does not. */
  private Optional<RamTable> look(RamField field, Object value) {
    for (int i = 1; ; i++) {
      try {
        return RamTable.of(value, field.parts(), maps);
      } catch (ConcurrentModificationException | IndexOutOfBoundsException e) {
        if (i == MOST_LOOKS) {
          throw e;
        }
      }
    }
  }

  /**
   * Refuses a table with objects that the host makes as it goes: a restore cannot make them.
   *
   * @throws SnapshotException that says what to do
   */
  static void requireRestorable(RamSpec spec, RamTable table) throws SnapshotException {
    Optional<String> holder = table.holderClass();
    if (holder.isPresent() && table.lacksHolders()) {
      throw new SnapshotException(
          "ram=%s: this host makes objects of %s as it goes, which no restore could make: have it make all of them at start, or keep the arrays themselves in the table"
              .formatted(spec, holder.get()));
    }
  }

  /**
   * Refuses many objects that the guest makes as it runs: a restore into a fresh host would find
   * none of them, and no name tells where they hang from.
   *
   * @throws SnapshotException that says what to do
   */
  static void requireNamed(RamField field) throws SnapshotException {
    int made = field.madeByGuest();
    if (made > MOST_MADE) {
      throw new SnapshotException(
          "ram=%s is in %d objects that the guest made as it ran, which a fresh host does not have: name the table that they hang from, as in ram=com.example.Memory#pages.%s"
              .formatted(field.spec(), made, field.spec().field()));
    }
  }
}
