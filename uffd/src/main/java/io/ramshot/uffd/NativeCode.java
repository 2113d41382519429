package io.ramshot.uffd;

import com.sun.jna.Native;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The right and the means to run native code in this JVM, which everything needs that touches a
 * guest. Reading image files does without.
 */
public final class NativeCode {

  private NativeCode() {}

  /**
   * Loads JNA, the first step; {@link Engine} loads our own library when it is needed.
   *
   * @throws EngineException if this system or this JVM does not let it; says so every time
   */
  public static void require() throws EngineException {
    LibraryLoader.platform();
    try {
      Class.forName(Native.class.getName(), true, NativeCode.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      throw new EngineException(problem(e), e);
    }
  }

  /** What keeps JNA from working, and what to do about it, in one line. */
  static String problem(Throwable failure) {
    // The first failure is wrapped; later ones only quote it.
    String reason = "";
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof IllegalCallerException
          || String.valueOf(e.getMessage()).contains(IllegalCallerException.class.getName())) {
        return "this JVM forbids native code (--illegal-native-access=deny), and ramshot needs it:"
            + " add --enable-native-access="
            + modules();
      }
      reason = e.getMessage() == null ? e.toString() : e.getMessage();
    }
    reason = reason.lines().findFirst().orElse("");
    String what = "JNA's native library cannot be loaded (" + reason + "): ";
    return LibraryLoader.isNoexec(reason)
        ? what + "name a folder that is not mounted noexec by " + LibraryLoader.JNA_TMPDIR
        : what
            + "is this a machine that JNA knows, and does "
            + LibraryLoader.JNA_TMPDIR
            + " name a folder that can be written?";
  }

  /** Those that call what JEP 472 restricts, as the JVM's option names them. */
  private static String modules() {
    return Stream.of(Native.class.getModule(), NativeCode.class.getModule())
        .map(module -> module.isNamed() ? module.getName() : "ALL-UNNAMED")
        .distinct()
        .collect(Collectors.joining(","));
  }
}
