package io.ramshot.hooks;

import io.ramshot.image.BlockKind;
import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells guest RAM from other native memory by the stack that allocates it. */
final class RamFilter {

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private static final String NATIVE_BUFFER = "java.nio.DirectByteBuffer";

  /** Classes that advice runs in, and what they are asked for unless their caller tells better. */
  private static final Map<String, BlockKind> ALLOCATORS =
      Map.of(
          "jdk.internal.misc.Unsafe",
          BlockKind.UNSAFE,
          "sun.nio.ch.FileChannelImpl",
          BlockKind.MAPPED,
          NATIVE_BUFFER,
          BlockKind.NATIVE,
          "com.sun.jna.Memory",
          BlockKind.NATIVE);

  private final List<ClassPattern> by;
  private final boolean everything;

  RamFilter(HookOptions options) {
    by = options.ramBy();
    everything =
        !options.ramless()
            && by.isEmpty()
            && options.ram().isEmpty()
            && options.ramNative().isEmpty();
  }

  /**
   * Looks at the stack above the class that allocates.
   *
   * @return empty if the JDK or ramshot allocates for itself
   */
  Optional<AllocationSite> site() {
    return WALKER.walk(this::site);
  }

  private Optional<AllocationSite> site(Stream<StackFrame> stack) {
    Iterator<StackFrame> frames = stack.iterator();
    String allocator = null;
    while (allocator == null && frames.hasNext()) {
      // The frames before are our own.
      String name = frames.next().getClassName();
      allocator = ALLOCATORS.containsKey(name) ? name : null;
    }
    if (allocator == null) {
      return Optional.empty();
    }
    BlockKind kind = ALLOCATORS.get(allocator);
    boolean direct = true;
    String first = null;
    while (frames.hasNext()) {
      StackFrame frame = frames.next();
      String name = frame.getClassName();
      if (first == null) {
        if (name.equals(allocator)) {
          continue;
        }
        if (isJdk(frame.getDeclaringClass())) {
          // Say the temporary buffers of file channels, Java 2D, or the JDK's own native code.
          if (name.startsWith("sun.") && !name.startsWith("sun.misc.")
              || direct && allocator.equals(NATIVE_BUFFER)) {
            return Optional.empty();
          }
          kind = kind == BlockKind.UNSAFE ? kindOf(name) : kind;
          direct = false;
          continue;
        }
        if (name.startsWith("io.ramshot.") && !name.startsWith("io.ramshot.sample.")) {
          return Optional.empty();
        }
        direct = false;
        if (name.startsWith("com.sun.jna.")) {
          continue;
        }
        first = name;
        if (by.isEmpty()) {
          return Optional.of(new AllocationSite(first, everything, kind));
        }
      }
      for (ClassPattern pattern : by) {
        if (pattern.matches(name)) {
          return Optional.of(new AllocationSite(name, true, kind));
        }
      }
    }
    return first == null ? Optional.empty() : Optional.of(new AllocationSite(first, false, kind));
  }

  /** What a class of the JDK that calls Unsafe makes of the memory. */
  private static BlockKind kindOf(String className) {
    if (className.equals("java.nio.ByteBuffer")) {
      return BlockKind.DIRECT;
    }
    return className.startsWith("jdk.internal.foreign.") ? BlockKind.SEGMENT : BlockKind.UNSAFE;
  }

  /** For memory that was allocated before anybody watched; {@code ram.by} cannot tell it. */
  AllocationSite unknownSite(String className, BlockKind kind) {
    return new AllocationSite(className, everything || !by.isEmpty(), kind);
  }

  private static boolean isJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }
}
