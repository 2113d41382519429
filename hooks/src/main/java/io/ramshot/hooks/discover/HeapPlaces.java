package io.ramshot.hooks.discover;

import io.ramshot.hooks.Access;
import io.ramshot.uffd.HeapReference;
import io.ramshot.uffd.LargeArrays;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which fields of the host hold the arrays and buffers of its heap. */
final class HeapPlaces {

  private final Access access;
  private final Map<Object, List<Object>> referrers = new IdentityHashMap<>();

  HeapPlaces(LargeArrays heap, Access access) {
    this.access = access;
    for (HeapReference reference : heap.references()) {
      List<Object> all = referrers.computeIfAbsent(reference.referee(), r -> new ArrayList<>());
      if (reference.referrer() != null) {
        all.add(reference.referrer());
      }
    }
  }

  /** Everything that was found. */
  Iterable<Object> found() {
    return referrers.keySet();
  }

  /** Whether an array of arrays holds it. */
  boolean isPiece(Object array) {
    return referrersOf(array).stream()
        .anyMatch(r -> r instanceof Object[] && HeapRam.isArrayOfPrimitives(r.getClass()));
  }

  /** Fields of host classes that hold it, or hold a buffer over it, or an array of such buffers. */
  List<Place> of(Object object) {
    List<Place> places = new ArrayList<>();
    add(object, places, 0);
    return places;
  }

  private void add(Object object, List<Place> places, int depth) {
    for (Object referrer : referrersOf(object)) {
      if ((referrer instanceof Buffer || referrer instanceof Buffer[]) && depth < 3) {
        add(referrer, places, depth + 1);
      } else if (referrer instanceof Class<?> type) {
        addFields(type, null, object, places);
      } else {
        for (Class<?> t = referrer.getClass(); t != null; t = t.getSuperclass()) {
          addFields(t, referrer, object, places);
        }
      }
    }
  }

  private void addFields(Class<?> type, Object instance, Object held, List<Place> places) {
    if (!HostCode.isHost(type)) {
      return;
    }
    Field[] fields;
    try {
      fields = type.getDeclaredFields();
    } catch (LinkageError e) {
      return; // It mentions a class that is not there.
    }
    for (Field field : fields) {
      if (field.getType().isPrimitive()
          || Modifier.isStatic(field.getModifiers()) != (instance == null)) {
        continue;
      }
      try {
        Place place = new Place(field);
        if (access.to(field, type).get(instance) == held && !places.contains(place)) {
          places.add(place);
        }
      } catch (ReflectiveOperationException | RuntimeException e) {
        continue; // It cannot be read, so nobody can name it.
      }
    }
  }

  /** Collections that refer to it, for a reader; what the JDK holds for itself is left out. */
  Set<String> strangers(Object object) {
    Set<String> names = new TreeSet<>();
    for (Object referrer : referrersOf(object)) {
      Class<?> type = referrer instanceof Class<?> c ? c : referrer.getClass();
      if (type == Object[].class || type.getName().startsWith("java.util.") && !isForItself(type)) {
        names.add(type.getTypeName());
      }
    }
    return names;
  }

  private static boolean isForItself(Class<?> type) {
    return type.getPackageName().startsWith("java.util.zip")
        || type.getPackageName().startsWith("java.util.jar");
  }

  private List<Object> referrersOf(Object object) {
    return referrers.getOrDefault(object, List.of());
  }
}
