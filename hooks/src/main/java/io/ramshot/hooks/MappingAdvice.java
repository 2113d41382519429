package io.ramshot.hooks;

import io.ramshot.boot.Allocations;
import io.ramshot.boot.Missed;
import java.nio.channels.FileChannel;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into {@code sun.nio.ch.FileChannelImpl}: where files are mapped and unmapped. */
final class MappingAdvice {

  private MappingAdvice() {}

  /** For {@code map(MapMode, long, long)}, and from JDK 22 on the one with an arena. */
  static final class Map {

    private Map() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(
        @Advice.Argument(0) FileChannel.MapMode mode,
        @Advice.Argument(2) long bytes,
        @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object memory) {
      // A guest's RAM can be written; READ_ONLY_SYNC is the other mode that is not.
      if (bytes >= Allocations.minimum && !mode.toString().startsWith("READ_ONLY")) {
        boolean told = false;
        try {
          Allocations.mapped(memory);
          told = true;
        } finally {
          if (!told) {
            Missed.bytes = bytes;
          }
        }
      }
    }
  }

  /** For {@code Unmapper.unmap()}, which every way to unmap leads to. */
  static final class Unmap {

    private Unmap() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.FieldValue("address") long address) {
      Allocations.freeing(address);
    }
  }
}
