package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import io.ramshot.boot.GateCell;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import net.bytebuddy.asm.Advice;

/**
 * Inlined into gated methods of the host.
 *
 * <p>Whatever is thrown, a thread that is inside is counted as inside, and none other. A stack may
 * end in any call, and a thread may be stopped in any: so the depth that this frame found is kept
 * in it, and where a call throws, it is written back without another one. {@code finally} and not
 * {@code catch}, for to look up a class to catch may call the host's class loader. And a quantum
 * that could not be announced does not begin: its caller gets what was thrown.
 */
final class GateAdvice {

  /** The gate's index, a constant of the inlined code. */
  @Retention(RetentionPolicy.RUNTIME)
  @interface Id {}

  private GateAdvice() {}

  @Advice.OnMethodEnter
  static GateCell enter(@Id int gate, @Advice.Local("depth") int depth) {
    GateCell cell = Gate.cell(gate);
    depth = cell.depth;
    boolean entered = false;
    try {
      Gate.enter(cell, depth);
      entered = true;
    } finally {
      if (!entered) {
        cell.depth = depth;
      }
    }
    return cell;
  }

  // A stack that ends here is no concern of the host's: its quantum is over.
  @Advice.OnMethodExit(suppress = StackOverflowError.class, onThrowable = Throwable.class)
  static void exit(@Advice.Enter GateCell cell, @Advice.Local("depth") int depth) {
    boolean left = false;
    try {
      Gate.exit(cell, depth);
      left = true;
    } finally {
      if (!left) {
        cell.depth = depth;
      }
    }
  }
}
