package io.ramshot.hooks;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Names the guest's arrays on the heap, and the pieces of arrays of arrays. */
final class RamNames {

  private final Supplier<Map<String, Object>> find;
  private Map<String, Object> found = Map.of();
  private Map<Object, String> names = Map.of();
  private Map<String, Object> arrays = Map.of();

  /**
   * @param find gives the RAM that there is just now: arrays, and what else is of no interest here
   */
  RamNames(Supplier<Map<String, Object>> find) {
    this.find = find;
  }

  /** Looks again; cheap where nothing has changed. */
  synchronized void refresh() {
    Map<String, Object> now = find.get();
    if (isKnown(now)) {
      return;
    }
    found = new HashMap<>(now);
    names = new IdentityHashMap<>();
    arrays = new HashMap<>();
    found.forEach(this::add);
  }

  private void add(String name, Object array) {
    if (array == null || !array.getClass().isArray()) {
      return;
    }
    names.put(array, name);
    arrays.put(name, array);
    if (array instanceof Object[] pieces) {
      for (int i = 0; i < pieces.length; i++) {
        add(name + "[" + i + "]", array(pieces[i]));
      }
    }
  }

  /** A piece may be a heap buffer around its array. */
  private static Object array(Object piece) {
    return piece instanceof ByteBuffer buffer && buffer.hasArray() ? buffer.array() : piece;
  }

  private boolean isKnown(Map<String, Object> now) {
    if (!now.keySet().equals(found.keySet())) {
      return false;
    }
    return now.entrySet().stream().allMatch(e -> isKnown(e.getKey(), e.getValue()));
  }

  private boolean isKnown(String name, Object array) {
    if (found.get(name) != array && arrays.get(name) != array) {
      return false;
    }
    if (array instanceof Object[] pieces) {
      for (Object piece : pieces) {
        if (piece != null && !names.containsKey(array(piece))) {
          return false;
        }
      }
    }
    return true;
  }

  synchronized String nameOf(Object array) {
    return names.get(array);
  }

  synchronized Object array(String name) {
    return arrays.get(name);
  }
}
