package io.ramshot.hooks;

import java.lang.StackWalker.StackFrame;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells guest RAM from other native memory by the stack that allocates it. */
final class RamFilter {

  private static final StackWalker WALKER =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  private final List<ClassPattern> by;
  private final boolean everything;

  RamFilter(HookOptions options) {
    by = options.ramBy();
    everything = by.isEmpty() && options.ramHolders().isEmpty();
  }

  /**
   * Looks at the stack above {@code jdk.internal.misc.Unsafe}.
   *
   * @return empty if the JDK or ramshot allocates for itself
   */
  Optional<AllocationSite> site() {
    return WALKER.walk(this::site);
  }

  private Optional<AllocationSite> site(Stream<StackFrame> stack) {
    Iterator<StackFrame> frames = stack.iterator();
    while (frames.hasNext() && !isUnsafe(frames.next())) {
      // Our own frames.
    }
    boolean direct = false;
    String first = null;
    while (frames.hasNext()) {
      StackFrame frame = frames.next();
      String name = frame.getClassName();
      if (first == null) {
        if (isJdk(frame.getDeclaringClass())) {
          // Say the temporary buffers of file channels, or Java 2D.
          if (name.startsWith("sun.") && !name.startsWith("sun.misc.")) {
            return Optional.empty();
          }
          direct |= name.equals("java.nio.ByteBuffer");
          continue;
        }
        if (name.startsWith("io.ramshot.") && !name.startsWith("io.ramshot.sample.")) {
          return Optional.empty();
        }
        first = name;
        if (by.isEmpty()) {
          return Optional.of(new AllocationSite(first, everything, direct));
        }
      }
      for (ClassPattern pattern : by) {
        if (pattern.matches(name)) {
          return Optional.of(new AllocationSite(name, true, direct));
        }
      }
    }
    return first == null ? Optional.empty() : Optional.of(new AllocationSite(first, false, direct));
  }

  /** For a buffer that was allocated before anybody watched; {@code ram.by} cannot tell it. */
  AllocationSite unknownSite() {
    return new AllocationSite(ByteBuffer.class.getName(), everything || !by.isEmpty(), true);
  }

  private static boolean isUnsafe(StackFrame frame) {
    return frame.getClassName().equals("jdk.internal.misc.Unsafe");
  }

  private static boolean isJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }
}
