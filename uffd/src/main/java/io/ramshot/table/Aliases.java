package io.ramshot.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays that a table has in several places, as hosts have one page of zeros until the guest writes
 * to it. An array that this guest has in several places may only stand for one that the image's
 * guest had in several, too: else what is filled into one place would be in all.
 */
final class Aliases {

  /** In how many places this guest has each of its arrays. */
  private final Map<Object, Integer> places = new IdentityHashMap<>();

  /** In how many the image's guest had each, by its number. */
  private final Map<Integer, Integer> wanted = new HashMap<>();

  /** The shared arrays of this guest that stand where the image has one array, by its number. */
  private final Map<Integer, List<Object>> offered = new HashMap<>();

  /** What was chosen of them. */
  private final Map<Integer, Object> chosen = new HashMap<>();

  private int arrays;

  Aliases(Form form, Place now) {
    count(now);
    countWanted(form);
    arrays = 0;
    offer(form, now);
    choose();
  }

  private void count(Place place) {
    if (place.isRam()) {
      places.merge(place.array(), 1, Integer::sum);
    }
    place.parts().forEach(this::count);
  }

  private void countWanted(Form form) {
    if (form.isArray()) {
      wanted.merge(arrays++, 1, Integer::sum);
    } else if (form.kind() == Form.Kind.SAME) {
      wanted.merge(form.length(), 1, Integer::sum);
    }
    form.parts().forEach(this::countWanted);
  }

  private void offer(Form form, Place now) {
    int number = form.kind() == Form.Kind.SAME ? form.length() : form.isArray() ? arrays++ : -1;
    if (number >= 0 && now.isRam() && isShared(now.array()) && wanted.get(number) > 1) {
      offered.computeIfAbsent(number, n -> new ArrayList<>()).add(now.array());
    }
    for (int i = 0; i < form.parts().size(); i++) {
      offer(form.parts().get(i), form.keys().isEmpty() ? at(now.parts(), i) : keyed(now, form, i));
    }
  }

  private static Place at(List<Place> parts, int index) {
    return index < parts.size() ? parts.get(index) : Place.ABSENT;
  }

  /** What this guest has under the key of a part. */
  static Place keyed(Place now, Form form, int part) {
    int index = now.form().keys().indexOf(form.keys().get(part));
    return index < 0 ? Place.ABSENT : now.parts().get(index);
  }

  /** The array in most places of the image has the first choice: it is the page of zeros. */
  private void choose() {
    IdentityHashMap<Object, Object> taken = new IdentityHashMap<>();
    offered.keySet().stream()
        .sorted(Comparator.comparing((Integer n) -> -wanted.get(n)).thenComparing(n -> n))
        .forEach(
            number -> {
              for (Object array : offered.get(number)) {
                if (taken.putIfAbsent(array, array) == null) {
                  chosen.put(number, array);
                  return;
                }
              }
            });
  }

  /** Whether this guest has an array in several places. */
  boolean isShared(Object array) {
    return places.getOrDefault(array, 0) > 1;
  }

  /** The array of this guest that is to be the image's of that number; null for none. */
  Object chosen(int number) {
    return chosen.get(number);
  }
}
