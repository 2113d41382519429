package io.ramshot.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a table, place by place, and finds out which of its arrays are one. */
final class Scan {

  /** Four dimensions, and the arrays at their end: more were never seen. */
  static final int MOST_LEVELS = 5;

  private final Holders holders;
  private final boolean maps;

  /** The number of each array that has been met. */
  private final Map<Object, Integer> known = new IdentityHashMap<>();

  Scan(Holders holders, boolean maps) {
    this.holders = holders;
    this.maps = maps;
  }

  /** Null for what cannot be a place of a table. */
  Place place(Object value, int levels) {
    if (value == null) {
      return Place.ABSENT;
    }
    Object array = Primitives.arrayOf(value);
    if (array != null) {
      return ram(value, array);
    }
    if (levels == 0) {
      return null;
    }
    if (value instanceof Object[] row) {
      return several(Form.Kind.ROW, row.getClass().getName(), value, List.of(), row, levels);
    }
    if (value.getClass() == ArrayList.class) {
      Object[] all = ((ArrayList<?>) value).toArray();
      return several(Form.Kind.LIST, "", value, List.of(), all, levels);
    }
    if (maps && isMap(value)) {
      return map((Map<?, ?>) value, levels);
    }
    if (holders != null && holders.isHolder(value)) {
      Object[] held = {holders.get(value)};
      return several(Form.Kind.HOLDER, value.getClass().getName(), value, List.of(), held, levels);
    }
    return null;
  }

  static boolean isMap(Object value) {
    Class<?> type = value.getClass();
    return type == HashMap.class || type == LinkedHashMap.class || type == TreeMap.class;
  }

  private Place ram(Object value, Object array) {
    Integer number = known.putIfAbsent(array, known.size());
    if (number != null) {
      return new Place(Form.same(number), value, array, List.of());
    }
    int length = java.lang.reflect.Array.getLength(array);
    Form form;
    if (value instanceof ByteBuffer buffer) {
      String order = buffer.order() == ByteOrder.BIG_ENDIAN ? "B" : "L";
      form = new Form(Form.Kind.BUFFER, order, length, List.of(), List.of());
    } else {
      form = Form.array(Primitives.element(array), length);
    }
    return new Place(form, value, array, List.of());
  }

  private Place several(
      Form.Kind kind, String type, Object value, List<Object> keys, Object[] parts, int levels) {
    List<Place> places = new ArrayList<>(parts.length);
    List<Form> forms = new ArrayList<>(parts.length);
    for (Object part : parts) {
      Place place = place(part, levels - 1);
      if (place == null) {
        return null;
      }
      places.add(place);
      forms.add(place.form());
    }
    return new Place(new Form(kind, type, 0, keys, forms), value, null, places);
  }

  /** In the order of the keys, for that of the map is not the same in another JVM. */
  private Place map(Map<?, ?> map, int levels) {
    TreeMap<Comparable<Object>, Object> sorted = new TreeMap<>();
    Class<?> type = null;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object key = entry.getKey();
      if (!isKey(key) || type != null && type != key.getClass()) {
        return null;
      }
      type = key.getClass();
      sorted.put(comparable(key), entry.getValue());
    }
    List<Object> keys = Collections.unmodifiableList(new ArrayList<>(sorted.keySet()));
    return several(Form.Kind.MAP, "", map, keys, sorted.values().toArray(), levels);
  }

  @SuppressWarnings("unchecked")
  private static Comparable<Object> comparable(Object key) {
    return (Comparable<Object>) key;
  }

  static boolean isKey(Object key) {
    return key instanceof Integer
        || key instanceof Long
        || key instanceof Short
        || key instanceof Character
        || key instanceof String;
  }
}
