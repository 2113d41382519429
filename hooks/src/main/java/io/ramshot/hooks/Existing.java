package io.ramshot.hooks;

import io.ramshot.image.BlockKind;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.GuestMemory;
import io.ramshot.uffd.HeapSearch;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What a host made before ramshot came to it. */
final class Existing {
  private static final String DIRECT_BUFFER = "java.nio.DirectByteBuffer";

  private final Instrumentation instrumentation;
  private final DirectBuffers buffers;

  Existing(Instrumentation instrumentation, Access access) {
    this.instrumentation = instrumentation;
    this.buffers = new DirectBuffers(access);
  }

  /**
   * Direct buffers of at least so many bytes that own their memory, a mapped file, or were made by
   * native code: no views.
   */
  void directBuffers(long minimum, BiConsumer<ByteBuffer, BlockKind> found)
      throws EngineException, ReflectiveOperationException, IOException {
    MemoryMap map = MemoryMap.read();
    for (Object instance : HeapSearch.instances(Class.forName(DIRECT_BUFFER))) {
      ByteBuffer buffer = (ByteBuffer) instance;
      if (buffer.capacity() >= minimum && buffers.root(buffer) == buffer) {
        BlockKind kind = buffers.kind(buffer);
        // The JDK has its class files in such a buffer; no guest can write to it.
        boolean isFile = kind == BlockKind.NATIVE && map.isReadOnly(GuestMemory.addressOf(buffer));
        if (kind != null && !isFile) {
          found.accept(buffer, kind);
        }
      }
    }
  }

  /** Takes account of them; where there are several, in no order that another JVM has. */
  void adoptBuffers(long minimum, GuestRam ram)
      throws EngineException, ReflectiveOperationException, IOException {
    Map<ByteBuffer, BlockKind> found = new IdentityHashMap<>();
    directBuffers(
        minimum,
        (buffer, kind) -> {
          if (ram.known(GuestMemory.addressOf(buffer)) == null) {
            found.put(buffer, kind);
          }
        });
    found.forEach((buffer, kind) -> ram.adopt(buffer, kind, found.size() == 1));
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
