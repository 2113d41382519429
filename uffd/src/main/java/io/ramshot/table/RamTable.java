package io.ramshot.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a host's field holds of guest RAM, where that is many arrays: an array of arrays, or a tree
 * of arrays, lists, maps and objects. As it was when it was looked at.
 */
public final class RamTable {

  /**
   * A block of a table.
   *
   * @param suffix what follows the table's name; empty if the block is all of the table
   * @param value what the host has there: an array, a list, and so on
   * @param pieces whether it is a block of pieces, and not one array
   * @param arrays primitive arrays; null for a piece that is not there
   */
  public record Part(String suffix, Object value, boolean pieces, Object[] arrays) {}

  /**
   * Arrays of a table of up to so many places are saved each by itself, for each takes 1 MiB of the
   * file's length. Places without an array count, so that names stay when the guest fills them.
   */
  private static final int MOST_PLACES = 64;

  /** Arrays of so many bytes are worth a block of their own: they are not copied in a freeze. */
  private static final long OWN_BLOCK_BYTES = 1 << 20;

  private final Place root;
  private final Holders holders;
  private final boolean maps;

  RamTable(Place root, Holders holders, boolean maps) {
    this.root = root;
    this.holders = holders;
    this.maps = maps;
  }

  /**
   * Looks at a value. Takes no lock, changes nothing.
   *
   * @param holders null where no objects with a field are meant
   * @param maps whether maps may be looked into: not while a thread may be stopped inside of one
   * @return empty if it is no table, or one with anything in it that is not on the heap
   */
  public static Optional<RamTable> of(Object value, Holders holders, boolean maps) {
    Place root = new Scan(holders, maps).place(value, Scan.MOST_LEVELS);
    return root == null || root.parts().isEmpty() && !isContainer(root)
        ? Optional.empty()
        : Optional.of(new RamTable(root, holders, maps));
  }

  private static boolean isContainer(Place place) {
    return switch (place.form().kind()) {
      case ROW, LIST, MAP, HOLDER -> true;
      default -> false;
    };
  }

  Place root() {
    return root;
  }

  Holders holders() {
    return holders;
  }

  boolean maps() {
    return maps;
  }

  /** The array, list or map itself. */
  public Object value() {
    return root.value();
  }

  /**
   * Whether it is an array of arrays or of buffers: one block of as many pieces as it has places.
   */
  public boolean isFlat() {
    return Primitives.isFlat(root.value());
  }

  /** Whether the lengths of its pieces tell all of its form. */
  public boolean isPlain() {
    return isFlat()
        && !isEmpty()
        && root.parts().stream().noneMatch(p -> p.form().kind() == Form.Kind.SAME);
  }

  /** Whether it has places for objects that the host has not made. */
  public boolean lacksHolders() {
    return lacksHolders(root);
  }

  private static boolean lacksHolders(Place place) {
    if (place.form().kind() == Form.Kind.HOLDER || holder(place).isEmpty()) {
      return false;
    }
    return place.form().parts().contains(Form.ABSENT)
        || place.parts().stream().anyMatch(RamTable::lacksHolders);
  }

  /** The class of its objects with a field, if it has any. */
  public Optional<String> holderClass() {
    return holder(root).map(place -> place.form().type());
  }

  private static Optional<Place> holder(Place place) {
    return place.form().kind() == Form.Kind.HOLDER
        ? Optional.of(place)
        : place.parts().stream().map(RamTable::holder).flatMap(Optional::stream).findFirst();
  }

  /** Its blocks: each array by itself where these are few or large, else one block of pieces. */
  public List<Part> blocks() {
    Extent extent = new Extent(root);
    if (extent.bytes == 0) {
      return List.of();
    }
    return extent.places <= MOST_PLACES
            || extent.longest >= OWN_BLOCK_BYTES
            || extent.shortElement != extent.longElement
        ? parts()
        : List.of(whole());
  }

  /** Whether there is any RAM in it. */
  public boolean isEmpty() {
    return new Extent(root).bytes == 0;
  }

  /** How much a table is; found out in a freeze, where names for all of it would take long. */
  private static final class Extent {
    /** How many blocks there could be; a row of arrays is one of pieces. */
    private int places;

    private long bytes;

    /** The longest array that would be a block of its own, in bytes. */
    private long longest;

    private int shortElement = Long.BYTES;
    private int longElement;

    Extent(Place place) {
      add(place, false);
      longElement = Math.max(longElement, bytes == 0 ? Long.BYTES : 0);
    }

    private void add(Place place, boolean piece) {
      boolean flat = Primitives.isFlat(place.value());
      if (!piece && (flat || place.parts().isEmpty())) {
        places++;
      }
      if (place.form().isArray()) {
        int element = place.form().elementBytes();
        long length = (long) place.form().length() * element;
        bytes += length;
        longest = Math.max(longest, piece ? 0 : length);
        shortElement = Math.min(shortElement, element);
        longElement = Math.max(longElement, element);
      }
      for (Place part : place.parts()) {
        add(part, flat);
      }
    }
  }

  /** All of it as one block of pieces. */
  public Part whole() {
    if (isFlat()) {
      return new Part("", root.value(), true, pieces(root));
    }
    List<Part> parts = parts();
    if (parts.size() == 1 && parts.get(0).suffix.isEmpty()) {
      return parts.get(0);
    }
    List<Object> arrays = new ArrayList<>();
    addArrays(root, arrays);
    return new Part("", root.value(), true, arrays.toArray());
  }

  private static void addArrays(Place place, List<Object> arrays) {
    if (place.form().isArray()) {
      arrays.add(place.array());
    }
    place.parts().forEach(part -> addArrays(part, arrays));
  }

  /** Every array, or array of arrays, as a block of its own; none without bytes. */
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    addParts(root, "", parts);
    return parts;
  }

  private static void addParts(Place place, String suffix, List<Part> parts) {
    if (place.form().isArray()) {
      if (Primitives.bytes(place.array()) > 0) {
        parts.add(new Part(suffix, place.value(), false, new Object[] {place.array()}));
      }
    } else if (Primitives.isFlat(place.value())) {
      Object[] pieces = pieces(place);
      for (Object piece : pieces) {
        if (piece != null && Primitives.bytes(piece) > 0) {
          parts.add(new Part(suffix, place.value(), true, pieces));
          return;
        }
      }
    } else {
      for (int i = 0; i < place.parts().size(); i++) {
        addParts(place.parts().get(i), suffix + place.partName(i), parts);
      }
    }
  }

  private static Object[] pieces(Place row) {
    return row.parts().stream().map(Place::array).toArray();
  }
}
