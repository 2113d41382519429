package io.ramshot.hooks.discover;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Native code that a busy thread is in most of the time, and that may have guest RAM of its own,
 * which Java does not see.
 *
 * @param thread that is in it
 * @param method through which the thread calls it
 * @param share of the thread's samples, 0 to 1
 * @param maps values of the option {@code ram.native} that may be right, by their names only
 */
record NativeEngine(String thread, StackSamples.Method method, double share, List<String> maps) {

  private static final double LEAST_SHARE = 0.5;

  private static final int MOST_MAPS = 6;

  /** {@code mem_map}, {@code mapMemory}, {@code allocRam}, {@code mmap}, {@code createMemory}. */
  private static final Pattern MAPS =
      Pattern.compile(
          "(?i)m?map|(mem|ram|memory).*(map|alloc|create|init).*|.*(map|alloc|create|init).*(mem|ram|memory).*");

  /** Calls native code for others, by names that it does not know itself. */
  private static final String JNA = "com.sun.jna.";

  /** The engine of a thread, if it is in one. */
  static Optional<NativeEngine> of(StackSamples.Busy thread, HostCode code) {
    return thread.natives().stream()
        .filter(m -> thread.nativeShare(m) >= LEAST_SHARE)
        .findFirst()
        .map(
            m ->
                new NativeEngine(
                    thread.name,
                    m,
                    thread.nativeShare(m),
                    m.className().startsWith(JNA) ? List.of() : maps(code, m)));
  }

  private static List<String> maps(HostCode code, StackSamples.Method method) {
    List<String> maps = new ArrayList<>();
    String home = method.className().substring(0, method.className().lastIndexOf('.') + 1);
    for (Class<?> type : code.implementing(Object.class)) {
      if (!type.getName().startsWith(home)) {
        continue;
      }
      try {
        for (Method declared : type.getDeclaredMethods()) {
          String option = type.getName() + "::" + declared.getName();
          if (Modifier.isNative(declared.getModifiers())
              && MAPS.matcher(declared.getName()).matches()
              && !maps.contains(option)
              && maps.size() < MOST_MAPS) {
            maps.add(option);
          }
        }
      } catch (LinkageError e) {
        continue; // It mentions a class that is not there.
      }
    }
    return maps;
  }

  /** In one line. */
  String line() {
    return String.format(
        Locale.ROOT,
        "Thread %s was in native code in %.0f %% of the samples, called by %s::%s: it may have mapped"
            + " the guest's RAM, which Java does not see.",
        thread,
        100 * share,
        method.className(),
        method.name());
  }

  /** What to do about it. */
  String advice() {
    return maps.isEmpty()
        ? "Write into ram.native= the host's method that has it map memory: ram.native=Class::method,"
            + " and start the host with the profile."
        : "These may map it, by their names: take one, and start the host with the profile.";
  }
}
