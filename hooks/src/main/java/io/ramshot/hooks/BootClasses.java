package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import io.ramshot.boot.GateCell;
import io.ramshot.boot.Missed;
import java.util.List;

/** What inlined advice refers to, as a host's class loader finds it. */
final class BootClasses {

  /** {@code Throwable} and its like too: advice catches them. */
  private static final List<Class<?>> NEEDED =
      List.of(Throwable.class, StackOverflowError.class, Gate.class, GateCell.class, Missed.class);

  private BootClasses() {}

  /**
   * Has a loader find them now. To find a class for the first time runs code of the loader's, for
   * which there may be no stack left when the advice needs it; the VM remembers what it found. And
   * a loader that does not ask its parents would break its class in the first quantum.
   *
   * @param loader null for the boot loader
   * @throws ClassNotFoundException if one is not found; the message says what to do
   */
  static void requireVisible(ClassLoader loader) throws ClassNotFoundException {
    for (Class<?> needed : NEEDED) {
      Class<?> found = null;
      try {
        found = Class.forName(needed.getName(), false, loader);
      } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
        // As bad as another one.
      }
      if (found != needed) {
        throw new ClassNotFoundException(
            "its class loader "
                + loader.getClass().getName()
                + " does not find "
                + needed.getName()
                + " in the boot loader; in OSGi, add "
                + Gate.class.getPackageName()
                + " to org.osgi.framework.bootdelegation");
      }
    }
  }
}
