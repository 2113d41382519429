package io.ramshot.table;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Gives a table of this guest the form that it has in an image. All that is needed is made first,
 * and the guest is changed last, by {@link #commit}: so it can be refused until then.
 */
final class TableFill {

  private final String name;
  private final Aliases aliases;
  private final Holders holders;
  private final ByteOrder order;
  private final List<Runnable> changes = new ArrayList<>();

  /** By number: what was planned for the image's arrays that have been met. */
  private final List<Place> arrays = new ArrayList<>();

  private Place planned;

  private TableFill(String name, Form form, RamTable table) {
    this.name = name;
    holders = table.holders();
    aliases = new Aliases(form, table.root());
    order = order(table.root());
  }

  /**
   * Plans.
   *
   * @param name of the table, for messages
   * @throws TableException if this guest's table cannot become that
   */
  static TableFill plan(String name, Form form, RamTable table) throws TableException {
    TableFill fill = new TableFill(name, form, table);
    Place root = table.root();
    Form now = root.form();
    if (form.kind() != now.kind()
        || form.kind() == Form.Kind.ROW && form.parts().size() != now.parts().size()) {
      throw new TableException(
          "%s is %s in the image, but %s in this guest: start it with the RAM options of the machine that was saved"
              .formatted(name, form.describe(), now.describe()));
    }
    fill.planned = fill.place(form, root, root.value().getClass(), "");
    return fill;
  }

  /** The table as it will be. */
  RamTable table(RamTable before) {
    return new RamTable(planned, before.holders(), before.maps());
  }

  /** Changes the guest. */
  void commit() {
    changes.forEach(Runnable::run);
  }

  private Place place(Form form, Place now, Class<?> slot, String at) throws TableException {
    return switch (form.kind()) {
      case ABSENT -> Place.ABSENT;
      case ARRAY, BUFFER -> array(form, now, slot, at);
      case SAME -> {
        Place same = arrays.get(form.length());
        require(slot, same.value().getClass(), form, at);
        yield new Place(form, same.value(), same.array(), List.of());
      }
      case ROW -> row(form, now, slot, at);
      case LIST -> list(form, now, slot, at);
      case MAP -> map(form, now, slot, at);
      case HOLDER -> holder(form, now, at);
    };
  }

  private Place array(Form form, Place now, Class<?> slot, String at) throws TableException {
    Object chosen = aliases.chosen(arrays.size());
    Place place;
    if (chosen != null && fits(form, chosen) && slot.isInstance(chosen)) {
      place = new Place(form, chosen, chosen, List.of());
    } else if (now.isRam() && !aliases.isShared(now.array()) && fits(form, now.array())) {
      place = new Place(form, now.value(), now.array(), List.of());
    } else {
      if (!now.isRam() && now.value() != null || now.isRam() && isOther(form, now, slot)) {
        throw other(form, now, at);
      }
      place = made(form, slot, at);
    }
    arrays.add(place);
    return place;
  }

  /** Arrays are as good as each other if their elements are of one length. */
  private static boolean fits(Form form, Object array) {
    return Array.getLength(array) == form.length()
        && Form.elementBytes(Primitives.element(array)) == form.elementBytes();
  }

  /** Whether this guest has a thing of another type there, though the place could hold both. */
  private static boolean isOther(Form form, Place now, Class<?> slot) {
    if (slot == ByteBuffer.class || Primitives.isArrayType(slot)) {
      return false;
    }
    boolean buffer = now.value() instanceof ByteBuffer;
    return form.elementBytes() != Form.elementBytes(Primitives.element(now.array()))
        || buffer != (form.kind() == Form.Kind.BUFFER);
  }

  private TableException other(Form form, Place now, String at) {
    return new TableException(
        "%s%s is %s in the image, but %s in this guest: start it with the RAM options of the machine that was saved"
            .formatted(name, at, form.describe(), now.value().getClass().getTypeName()));
  }

  private Place made(Form form, Class<?> slot, String at) throws TableException {
    Object value;
    if (slot == ByteBuffer.class && form.elementBytes() == 1) {
      value = ByteBuffer.allocate(form.length()).order(order(form));
    } else if (Primitives.isArrayType(slot)) {
      value = Array.newInstance(slot.getComponentType(), form.length());
      if (!fits(form, value)) {
        throw cannot(form, slot, at);
      }
    } else if (form.kind() == Form.Kind.BUFFER) {
      value = ByteBuffer.allocate(form.length()).order(order(form));
    } else {
      Class<?> type = Primitives.arrayType(form.type().charAt(0));
      value = Array.newInstance(type.getComponentType(), form.length());
    }
    require(slot, value.getClass(), form, at);
    return new Place(form, value, Primitives.arrayOf(value), List.of());
  }

  /** New buffers read numbers in the order in which those of this guest do. */
  private ByteOrder order(Form form) {
    return order != null
        ? order
        : form.type().equals("L") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private static ByteOrder order(Place place) {
    if (place.value() instanceof ByteBuffer buffer) {
      return buffer.order();
    }
    for (Place part : place.parts()) {
      ByteOrder order = order(part);
      if (order != null) {
        return order;
      }
    }
    return null;
  }

  private Place row(Form form, Place now, Class<?> slot, String at) throws TableException {
    Object[] row;
    if (now.value() instanceof Object[] there && there.length == form.parts().size()) {
      row = there;
    } else if (now.value() != null && !(now.value() instanceof Object[])) {
      throw other(form, now, at);
    } else {
      Class<?> type = slot.isArray() ? slot : rowType(form, slot, at);
      row = (Object[]) Array.newInstance(type.getComponentType(), form.parts().size());
    }
    Class<?> element = row.getClass().getComponentType();
    List<Place> parts = new ArrayList<>();
    for (int i = 0; i < row.length; i++) {
      int index = i;
      Place before =
          i < now.parts().size() && row == now.value() ? now.parts().get(i) : Place.ABSENT;
      Place part = place(form.parts().get(i), before, element, at + "." + i);
      if (row[i] != part.value()) {
        changes.add(() -> row[index] = part.value());
      }
      parts.add(part);
    }
    return new Place(form, row, null, parts);
  }

  /** Arrays of what is no RAM are the host's to make. */
  private Class<?> rowType(Form form, Class<?> slot, String at) throws TableException {
    if (!form.type().matches("\\[+([BSCIJFD]|Ljava\\.nio\\.ByteBuffer;|Ljava\\.lang\\.Object;)")) {
      throw missing(form, at);
    }
    try {
      Class<?> type = Class.forName(form.type());
      require(slot, type, form, at);
      return type;
    } catch (ClassNotFoundException e) {
      throw missing(form, at);
    }
  }

  private Place list(Form form, Place now, Class<?> slot, String at) throws TableException {
    ArrayList<Object> list = listOf(now, form, slot, at);
    List<Place> parts = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < form.parts().size(); i++) {
      Place before =
          i < now.parts().size() && list == now.value() ? now.parts().get(i) : Place.ABSENT;
      Place part = place(form.parts().get(i), before, listed(now), at + "." + i);
      parts.add(part);
      values.add(part.value());
    }
    changes.add(
        () -> {
          if (!isSame(list, values)) {
            list.clear();
            list.addAll(values);
          }
        });
    return new Place(form, list, null, parts);
  }

  /** A list does not say what it may hold, but what it holds does. */
  private static Class<?> listed(Place now) {
    for (Place part : now.parts()) {
      if (part.isRam()) {
        return part.value() instanceof ByteBuffer ? ByteBuffer.class : part.value().getClass();
      }
    }
    return Object.class;
  }

  private static boolean isSame(List<Object> some, List<Object> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i) != others.get(i)) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("unchecked")
  private ArrayList<Object> listOf(Place now, Form form, Class<?> slot, String at)
      throws TableException {
    if (now.form().kind() == Form.Kind.LIST) {
      return (ArrayList<Object>) now.value();
    }
    if (now.value() != null) {
      throw other(form, now, at);
    }
    require(slot, ArrayList.class, form, at);
    return new ArrayList<>();
  }

  private Place map(Form form, Place now, Class<?> slot, String at) throws TableException {
    if (now.form().kind() != Form.Kind.MAP) {
      throw missing(form, at);
    }
    Map<Object, Object> map = mapOf(now);
    List<Place> parts = new ArrayList<>();
    for (int i = 0; i < form.parts().size(); i++) {
      Object key = form.keys().get(i);
      Place part =
          place(form.parts().get(i), Aliases.keyed(now, form, i), listed(now), at + "." + key);
      if (map.get(key) != part.value() || !map.containsKey(key)) {
        changes.add(() -> map.put(key, part.value()));
      }
      parts.add(part);
    }
    changes.add(() -> map.keySet().retainAll(form.keys()));
    return new Place(form, map, null, parts);
  }

  @SuppressWarnings("unchecked")
  private static Map<Object, Object> mapOf(Place now) {
    return (Map<Object, Object>) now.value();
  }

  private Place holder(Form form, Place now, String at) throws TableException {
    if (now.form().kind() != Form.Kind.HOLDER || !now.form().type().equals(form.type())) {
      throw missing(form, at);
    }
    Object holder = now.value();
    Place before = now.parts().get(0);
    Place part = place(form.parts().get(0), before, holders.type(holder), at);
    if (before.value() != part.value()) {
      changes.add(() -> holders.set(holder, part.value()));
    }
    return new Place(form, holder, null, List.of(part));
  }

  private TableException missing(Form form, String at) {
    return new TableException(
        "%s%s is %s in the image, which only the host can make, and this guest has none there yet: restore when the host has made it, or into the running guest"
            .formatted(name, at, form.describe()));
  }

  private void require(Class<?> slot, Class<?> type, Form form, String at) throws TableException {
    if (!slot.isAssignableFrom(type)) {
      throw cannot(form, slot, at);
    }
  }

  private TableException cannot(Form form, Class<?> slot, String at) {
    return new TableException(
        "%s%s is %s in the image, which a place for %s cannot hold: start the guest with the RAM options of the machine that was saved"
            .formatted(name, at, form.describe(), slot.getTypeName()));
  }
}
