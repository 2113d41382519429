package io.ramshot.hooks;

import java.io.InvalidObjectException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Bounds the work of hashing what an object stream holds. A set is hashed by hashing all within it,
 * and a few hundred bytes of sets that hold the same two sets, which do so again, would take years.
 * With this the work grows with the square of the stream's length at most.
 *
 * <p>Looks at collections of the JDK and at records. What a class of the host does to hash itself
 * is the host's own.
 */
final class HashWork {
  /** What small streams may always have. */
  private static final long FREE = 1 << 16;

  /** Objects that are shared count each time; a reference takes 5 bytes of the stream. */
  private static final long PER_BYTE = 16;

  private final long most;

  /** For each container, how many objects are within it when what it shares counts each time. */
  private final Map<Object, Long> sizes = new IdentityHashMap<>();

  /**
   * @param length of the stream, in bytes
   */
  HashWork(long length) {
    most = FREE + PER_BYTE * length;
  }

  /**
   * @param object just read, and not yet in what will hold it
   * @throws InvalidObjectException if it takes too long to hash
   */
  void add(Object object) throws InvalidObjectException {
    long size = 0;
    if (object instanceof Record) {
      size = ofRecord(object);
    } else if (object != null && object.getClass().getClassLoader() == null) {
      if (object instanceof Collection<?> collection) {
        for (Object element : collection) {
          size += of(element);
        }
      } else if (object instanceof Map<?, ?> map) {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          size += of(entry.getKey()) + of(entry.getValue());
        }
      }
    }
    if (size > most) {
      throw new InvalidObjectException(
          "the image has collections within collections, too many to be hashed: save bytes instead");
    }
    if (size > 0) {
      sizes.put(object, size);
    }
  }

  private long ofRecord(Object object) {
    long size = 0;
    for (RecordComponent component : object.getClass().getRecordComponents()) {
      if (!component.getType().isPrimitive()) {
        try {
          component.getAccessor().setAccessible(true);
          size += of(component.getAccessor().invoke(object));
        } catch (ReflectiveOperationException | RuntimeException e) {
          size++;
        }
      }
    }
    return size;
  }

  private long of(Object element) {
    return 1 + sizes.getOrDefault(element, 0L);
  }
}
