package io.ramshot.hooks;

import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.HeapSearch;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a host made before ramshot came to it. */
final class Existing {
  private static final String DIRECT_BUFFER = "java.nio.DirectByteBuffer";

  private final Instrumentation instrumentation;
  private final Access access;

  Existing(Instrumentation instrumentation, Access access) {
    this.instrumentation = instrumentation;
    this.access = access;
  }

  /** Direct buffers that own native memory of at least so many bytes: no views, no mapped files. */
  List<ByteBuffer> directBuffers(long minimum)
      throws EngineException, ReflectiveOperationException {
    Class<?> type = Class.forName(DIRECT_BUFFER);
    Field cleaner = access.to(type.getDeclaredField("cleaner"), type);
    Field file = access.to(MappedByteBuffer.class.getDeclaredField("fd"), MappedByteBuffer.class);
    List<ByteBuffer> found = new ArrayList<>();
    for (Object instance : HeapSearch.instances(type)) {
      ByteBuffer buffer = (ByteBuffer) instance;
      if (buffer.capacity() >= minimum && cleaner.get(buffer) != null && file.get(buffer) == null) {
        found.add(buffer);
      }
    }
    return found;
  }

  /** The objects of a class and of classes that extend it. */
  List<Object> instances(String className) throws EngineException {
    List<Object> found = new ArrayList<>();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      if (isOrExtends(type, className)) {
        found.addAll(HeapSearch.instances(type));
      }
    }
    return found;
  }

  private static boolean isOrExtends(Class<?> type, String className) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (at.getName().equals(className)) {
        return true;
      }
    }
    return false;
  }
}
