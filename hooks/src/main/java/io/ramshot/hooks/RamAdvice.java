package io.ramshot.hooks;

import java.util.Set;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.matcher.ElementMatchers;

/** Which advice goes into the classes through which hosts come by memory off the heap. */
final class RamAdvice {

  private static final String UNSAFE = "jdk.internal.misc.Unsafe";
  private static final String BYTE_BUFFER = "java.nio.ByteBuffer";
  private static final String NATIVE_BUFFER = "java.nio.DirectByteBuffer";
  private static final String ARENA = "jdk.internal.foreign.ArenaImpl";
  private static final String FILE_CHANNEL = "sun.nio.ch.FileChannelImpl";
  private static final String UNMAPPER = "sun.nio.ch.FileChannelImpl$Unmapper";
  private static final String JNA_MEMORY = "com.sun.jna.Memory";

  /** Classes of the JDK, and JNA's of the host. */
  static final Set<String> CLASSES =
      Set.of(UNSAFE, BYTE_BUFFER, NATIVE_BUFFER, ARENA, FILE_CHANNEL, UNMAPPER, JNA_MEMORY);

  private RamAdvice() {}

  /**
   * @param loader of the class; null for the boot loader
   */
  static DynamicType.Builder<?> hook(
      DynamicType.Builder<?> builder, TypeDescription type, ClassLoader loader) {
    return switch (type.getName()) {
      case UNSAFE ->
          allocator(builder, "allocateMemory", "freeMemory")
              .visit(
                  Advice.to(UnsafeAdvice.Reallocate.class)
                      .on(
                          ElementMatchers.named("reallocateMemory")
                              .and(ElementMatchers.takesArguments(long.class, long.class))));
      case BYTE_BUFFER ->
          builder.visit(
              Advice.to(ByteBufferAdvice.class)
                  .on(
                      ElementMatchers.named("allocateDirect")
                          .and(ElementMatchers.takesArguments(int.class))));
      case NATIVE_BUFFER ->
          builder.visit(
              Advice.to(NativeBufferAdvice.class)
                  .on(
                      ElementMatchers.isConstructor()
                          .and(
                              ElementMatchers.takesArguments(long.class, int.class)
                                  .or(ElementMatchers.takesArguments(long.class, long.class)))));
      case ARENA ->
          builder.visit(
              Advice.to(ArenaAdvice.class)
                  .on(
                      ElementMatchers.nameStartsWith("allocate")
                          .and(ElementMatchers.takesArguments(long.class, long.class))));
      case FILE_CHANNEL ->
          builder.visit(
              Advice.to(MappingAdvice.Map.class)
                  .on(ElementMatchers.named("map").and(ElementMatchers.isPublic())));
      case UNMAPPER ->
          builder.visit(
              Advice.to(MappingAdvice.Unmap.class)
                  .on(ElementMatchers.named("unmap").and(ElementMatchers.takesNoArguments())));
      case JNA_MEMORY -> isOwn(loader) ? builder : allocator(builder, "malloc", "free");
      default -> builder;
    };
  }

  private static DynamicType.Builder<?> allocator(
      DynamicType.Builder<?> builder, String allocate, String free) {
    return builder
        .visit(
            Advice.to(UnsafeAdvice.Allocate.class)
                .on(
                    ElementMatchers.named(allocate)
                        .and(ElementMatchers.takesArguments(long.class))))
        .visit(
            Advice.to(UnsafeAdvice.Free.class)
                .on(ElementMatchers.named(free).and(ElementMatchers.takesArguments(long.class))));
  }

  /** Whether this is ramshot's copy of JNA, which the agent has behind a loader of its own. */
  private static boolean isOwn(ClassLoader loader) {
    return loader == RamAdvice.class.getClassLoader()
        && loader != ClassLoader.getSystemClassLoader();
  }
}
