package io.ramshot.uffd;

import java.util.List;

/** Finds objects that were made before ramshot came, through JVMTI. */
public final class HeapSearch {

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
}
