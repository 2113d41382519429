package io.ramshot.hooks.fields;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Objects of the JDK that hold values, and are captured as these: collections, maps, bit sets and
 * random numbers, of exactly the JDK's classes. Looking at them takes no lock.
 */
public final class Containers {

  /** How often one is looked at that other threads change meanwhile. */
  private static final int LOOKS = 32;

  private static final Map<String, Supplier<Object>> KNOWN = new HashMap<>();

  /** Their order is their own, by methods of what they hold. */
  private static final List<Class<?>> SORTED =
      List.of(TreeMap.class, TreeSet.class, PriorityQueue.class);

  private static final List<Class<?>> WITHOUT_NULL =
      List.of(ArrayDeque.class, ConcurrentLinkedQueue.class, ConcurrentLinkedDeque.class);

  static {
    List<Supplier<Object>> suppliers =
        List.of(
            ArrayDeque::new,
            ArrayList::new,
            LinkedList::new,
            HashMap::new,
            LinkedHashMap::new,
            TreeMap::new,
            HashSet::new,
            LinkedHashSet::new,
            TreeSet::new,
            PriorityQueue::new,
            ConcurrentLinkedQueue::new,
            ConcurrentLinkedDeque::new,
            BitSet::new,
            Random::new);
    suppliers.forEach(s -> KNOWN.put(s.get().getClass().getName(), s));
  }

  private final RandomState random;

  public Containers(RandomState random) {
    this.random = random;
  }

  /** Whether objects of this very class can be captured. */
  public static boolean isKnown(String className) {
    return KNOWN.containsKey(className);
  }

  /** An empty one. */
  public static Object create(String className) {
    return KNOWN.get(className).get();
  }

  /**
   * What it holds, a map its keys and values in turn.
   *
   * @throws ChangingException if other threads change it all the while
   */
  public Object[] contents(Object container) throws ChangingException {
    if (container instanceof Random random) {
      return this.random.of(random);
    }
    Object[] last = null;
    for (int i = 0; i < LOOKS; i++) {
      Object[] now;
      try {
        now = look(container);
      } catch (RuntimeException e) {
        now = null; // ConcurrentModificationException, or what comes of sizes that do not fit
      }
      if (now != null && last != null && isSame(now, last)) {
        return now;
      }
      last = now;
      Thread.onSpinWait();
    }
    throw new ChangingException();
  }

  private static Object[] look(Object container) {
    if (container instanceof BitSet bits) {
      return new Object[] {bits.toLongArray()};
    } else if (container instanceof Map<?, ?> map) {
      List<Object> all = new ArrayList<>();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        all.add(entry.getKey());
        all.add(entry.getValue());
      }
      return all.toArray();
    }
    Object[] all = ((Collection<?>) container).toArray();
    if (WITHOUT_NULL.contains(container.getClass())) {
      for (Object each : all) {
        if (each == null) {
          return null; // taken out just now
        }
      }
    }
    return all;
  }

  /** By identity, for comparing values may run code of the host. */
  private static boolean isSame(Object[] some, Object[] others) {
    if (some.length != others.length) {
      return false;
    }
    for (int i = 0; i < some.length; i++) {
      boolean bits =
          some[i] instanceof long[] a
              && others[i] instanceof long[] b
              && some.length == 1
              && Arrays.equals(a, b);
      if (some[i] != others[i] && !bits) {
        return false;
      }
    }
    return true;
  }

  /** Why one cannot be captured though it is of a class like the known ones; or null. */
  public static String refusal(Object container) {
    String name = container.getClass().getName();
    if (!isKnown(name)
        && (container instanceof Collection || container instanceof Map)
        && (name.startsWith("java.util.concurrent.")
            || name.startsWith("java.util.Collections$Synchronized")
            || name.matches("java\\.util\\.(Vector|Stack|Hashtable|Properties)"))) {
      return "is a "
          + name
          + ", whose lock a stopped thread may hold (an ArrayDeque or ConcurrentLinkedQueue can be"
          + " captured)";
    }
    Object comparator = null;
    if (container instanceof SortedMap<?, ?> map) {
      comparator = map.comparator();
    } else if (container instanceof SortedSet<?> set) {
      comparator = set.comparator();
    } else if (container instanceof PriorityQueue<?> queue) {
      comparator = queue.comparator();
    }
    return isKnown(name) && comparator != null
        ? "is a " + name + " in the order of a comparator, which is code of the host"
        : null;
  }

  /**
   * Whether what stands at a place of {@link #contents} is hashed or compared, which must not run
   * code of the host.
   */
  public static boolean isKey(Class<?> container, int place) {
    if (Map.class.isAssignableFrom(container)) {
      return place % 2 == 0;
    }
    return SORTED.contains(container) || Set.class.isAssignableFrom(container);
  }

  /** Whether a value may be a key. */
  public static boolean mayBeKey(Object value) {
    return value == null
        || value instanceof String
        || value instanceof Enum
        || FieldCodes.ofBoxed(value) != 0;
  }

  /** Whether {@link #refill} can take these, which stand in an image that may be damaged. */
  public static boolean takes(String className, Object[] contents) {
    Class<?> type = create(className).getClass();
    if (type == BitSet.class) {
      return contents.length == 1 && contents[0] instanceof long[];
    } else if (type == Random.class) {
      return RandomState.isOne(contents);
    } else if (Map.class.isAssignableFrom(type) && contents.length % 2 != 0) {
      return false;
    }
    Class<?> first = null;
    for (int i = 0; i < contents.length; i++) {
      Object each = contents[i];
      boolean sorted = SORTED.contains(type) && isKey(type, i);
      if (each == null
          ? sorted || WITHOUT_NULL.contains(type)
          : isKey(type, i) && !mayBeKey(each)) {
        return false;
      }
      if (sorted) {
        Class<?> order = each instanceof Enum<?> e ? e.getDeclaringClass() : each.getClass();
        first = first == null ? order : first;
        if (order != first) {
          return false;
        }
      }
    }
    return true;
  }

  /** Gives it other contents, which it {@link #takes}. */
  public void refill(Object container, Object[] contents) {
    if (container instanceof Random random) {
      this.random.set(random, contents);
    } else if (container instanceof BitSet bits) {
      bits.clear();
      bits.or(BitSet.valueOf((long[]) contents[0]));
    } else if (container instanceof Map<?, ?>) {
      @SuppressWarnings("unchecked")
      Map<Object, Object> map = (Map<Object, Object>) container;
      map.clear();
      for (int i = 0; i < contents.length; i += 2) {
        map.put(contents[i], contents[i + 1]);
      }
    } else {
      @SuppressWarnings("unchecked")
      Collection<Object> collection = (Collection<Object>) container;
      collection.clear();
      for (Object each : contents) {
        collection.add(each);
      }
    }
  }
}
