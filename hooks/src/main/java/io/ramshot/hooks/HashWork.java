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
   * @throws InvalidObjectException if it takes too long to hash, or for ever
   */
  void add(Object object) throws InvalidObjectException {
    long size = 0;
    if (object instanceof Record) {
      size = ofRecord(object);
    } else if (!isContainer(object)) {
      return;
    } else if (object instanceof Collection<?> collection) {
      for (Object element : collection) {
        size += of(element);
      }
    } else {
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) object).entrySet()) {
        size += of(entry.getKey()) + of(entry.getValue());
      }
    }
    if (size > most) {
      throw new InvalidObjectException(
          "the image has collections within collections, too many to be hashed: save bytes instead");
    }
    sizes.put(object, size);
  }

  private static boolean isContainer(Object object) {
    return (object instanceof Collection || object instanceof Map)
        && object.getClass().getClassLoader() == null;
  }

  /** All that a collection holds has been read before it is complete, but for what holds it. */
  private long of(Object element) throws InvalidObjectException {
    Long size = sizes.get(element);
    if (size == null && isContainer(element)) {
      throw new InvalidObjectException(
          "the image has a collection within itself: save bytes instead");
    }
    return size == null ? 1 : 1 + size;
  }

  /** Its constructor may have put copies into it, which nobody has seen. */
  private long ofRecord(Object object) {
    long size = 0;
    for (RecordComponent component : object.getClass().getRecordComponents()) {
      if (!component.getType().isPrimitive()) {
        try {
          component.getAccessor().setAccessible(true);
          size += 1 + sizes.getOrDefault(component.getAccessor().invoke(object), 0L);
        } catch (ReflectiveOperationException | RuntimeException e) {
          size++;
        }
      }
    }
    return size;
  }
}
