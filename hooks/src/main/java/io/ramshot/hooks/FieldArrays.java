package io.ramshot.hooks;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows arrays and containers again that several fields hold, of one object or of many: they are
 * saved once, and are one again after a restore.
 */
final class FieldArrays {

  /**
   * @param owner the participant that saved it
   * @param id its number among that participant's arrays and containers
   */
  record Name(String owner, int id) {}

  private final Map<Object, Name> saved = new IdentityHashMap<>();

  /** By owner and number; weakly, for a host may drop what it was given. */
  private final Map<String, List<WeakReference<Object>>> loaded = new HashMap<>();

  /** Forgets what was saved: another snapshot begins, or one is over. */
  synchronized void clearSaved() {
    saved.clear();
  }

  synchronized Name name(Object array) {
    return saved.get(array);
  }

  synchronized void save(Object array, String owner, int id) {
    saved.put(array, new Name(owner, id));
  }

  /** A participant that loads again begins another restore. */
  synchronized void beginLoad(String owner) {
    if (loaded.containsKey(owner)) {
      loaded.clear();
    }
  }

  synchronized void load(String owner, List<Object> arrays) {
    List<WeakReference<Object>> weak = new ArrayList<>();
    arrays.forEach(array -> weak.add(new WeakReference<>(array)));
    loaded.put(owner, weak);
  }

  /** What became of an array in this restore, or null. */
  synchronized Object loaded(String owner, int id) {
    List<WeakReference<Object>> arrays = loaded.get(owner);
    return arrays == null || id < 0 || id >= arrays.size() ? null : arrays.get(id).get();
  }

  /** Whether an array has got contents in this restore. */
  synchronized boolean isLoaded(Object array) {
    return loaded.values().stream()
        .anyMatch(arrays -> arrays.stream().anyMatch(a -> a.refersTo(array)));
  }
}
