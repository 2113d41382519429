package io.ramshot.uffd;

import java.nio.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds objects that were made before ramshot came, through JVMTI. */
public final class HeapSearch {

  /** What a class is to the search, as rs_holders.c has it. */
  private static final byte ROLE_LARGE = 1;

  private static final byte ROLE_WHOLE = 2;
  private static final byte ROLE_NESTED = 3;

  private static final List<Class<?>> PRIMITIVES =
      List.of(
          byte.class,
          boolean.class,
          char.class,
          short.class,
          int.class,
          long.class,
          float.class,
          double.class);

  private HeapSearch() {}

  /**
   * The reachable objects of exactly this class, in no particular order. The JVM stands still while
   * its heap is searched, about as long as for a full garbage collection.
   *
   * @throws EngineException if this JVM cannot be searched
   */
  public static List<Object> instances(Class<?> type) throws EngineException {
    Engine.load();
    Object[] found;
    try {
      found = find(type);
    } catch (UnsatisfiedLinkError e) {
      throw new EngineException(
          "the heap cannot be searched, because another class loader of this JVM has the native"
              + " library",
          e);
    }
    if (found == null) {
      throw new EngineException(
          "the heap cannot be searched in this JVM: start it with -javaagent");
    }
    return List.of(found);
  }

  /** rs_heap.c; null if JVMTI refuses. */
  private static native Object[] find(Class<?> type);

  /**
   * The arrays that may be guest RAM, buffers of package {@code java.nio}, arrays of buffers and
   * memory segments, and who refers to them. The JVM stands still meanwhile, about as long as for a
   * full garbage collection.
   *
   * @param loaded classes to tell apart; what classes are not among them is not found
   * @param minimum smallest array wanted, in bytes
   * @throws EngineException if this JVM cannot be searched
   */
  public static LargeArrays arrays(Class<?>[] loaded, long minimum) throws EngineException {
    Engine.load();
    Set<Class<?>> all = new LinkedHashSet<>();
    for (Class<?> primitive : PRIMITIVES) {
      Class<?> array = primitive.arrayType();
      all.addAll(List.of(array, array.arrayType(), array.arrayType().arrayType()));
    }
    all.addAll(Arrays.asList(loaded));
    Class<?>[] classes = all.toArray(Class<?>[]::new);
    byte[] roles = new byte[classes.length];
    for (int i = 0; i < classes.length; i++) {
      roles[i] = role(classes[i]);
    }
    Object[] answer;
    try {
      answer = search(classes, roles, minimum);
    } catch (UnsatisfiedLinkError e) {
      throw new EngineException(
          "the heap cannot be searched, because another class loader of this JVM has the native"
              + " library",
          e);
    }
    if (answer == null) {
      throw new EngineException(
          "the heap cannot be searched in this JVM: start it with -javaagent");
    }
    return new LargeArrays(
        references(classes, (Object[]) answer[0], (long[]) answer[1]),
        pieces(classes, (long[]) answer[2]),
        ((long[]) answer[3])[0] != 0);
  }

  private static byte role(Class<?> type) {
    Class<?> element = type.getComponentType();
    if (element != null) {
      return element.isPrimitive()
          ? ROLE_LARGE
          : element.isArray() && isPrimitive(element)
              ? ROLE_NESTED
              : Buffer.class.isAssignableFrom(element) ? ROLE_WHOLE : 0;
    }
    String name = type.getName();
    return name.startsWith("java.nio.") && Buffer.class.isAssignableFrom(type)
            || name.startsWith("jdk.internal.foreign.") && name.contains("MemorySegmentImpl")
        ? ROLE_WHOLE
        : 0;
  }

  private static boolean isPrimitive(Class<?> array) {
    Class<?> element = array;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return element.isPrimitive();
  }

  private static List<HeapReference> references(Class<?>[] classes, Object[] found, long[] edges) {
    List<HeapReference> references = new ArrayList<>();
    for (int i = 0; i < edges.length; i += 2) {
      Object referee = found[(int) edges[i + 1] - classes.length - 1];
      if (referee != null) { // else it is garbage by now
        references.add(new HeapReference(object(classes, found, edges[i]), referee));
      }
    }
    return references;
  }

  private static Object object(Class<?>[] classes, Object[] found, long tag) {
    return tag == 0
        ? null
        : tag <= classes.length ? classes[(int) tag - 1] : found[(int) tag - classes.length - 1];
  }

  private static List<HeapPieces> pieces(Class<?>[] classes, long[] groups) {
    List<HeapPieces> pieces = new ArrayList<>();
    for (int i = 0; i < groups.length; i += 4) {
      if (groups[i] != 0) {
        pieces.add(
            new HeapPieces(
                classes[(int) groups[i] - 1],
                classes[(int) groups[i + 1] - 1],
                (int) groups[i + 2],
                groups[i + 3]));
      }
    }
    return pieces;
  }

  /** rs_holders.c; null if JVMTI refuses. */
  private static native Object[] search(Class<?>[] classes, byte[] roles, long minimum);
}
