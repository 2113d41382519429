package io.ramshot.agent.jmx;

import io.ramshot.RunningTime;
import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells when the host has started far enough for us to touch JMX.
 *
 * <p>Registering an MBean initialises JMX and with it java.util.logging. A host that installs its
 * own log manager or MBean server builder does so by system properties, often first thing in {@code
 * main}; an agent that is faster has broken WildFly, Log4j and Jenkins. Hence the rule:
 *
 * <ol>
 *   <li>as soon as the host has made a JMX server itself, it may be used;
 *   <li>otherwise not before 2 s after the launcher has begun to load the host's main class (or
 *       after 10 s, in a JVM that no launcher started);
 *   <li>and if the property {@code java.util.logging.manager} is set then, not before the host has
 *       initialised java.util.logging itself.
 * </ol>
 *
 * <p>What has been loaded is looked up among the boot loader's classes four times a second, so that
 * nothing of the host is loaded, initialised or transformed to find out.
 */
public final class HostStart {
  static final String JMX_SERVER = "com.sun.jmx.mbeanserver.JmxMBeanServer";
  static final String LAUNCHER = "sun.launcher.LauncherHelper";
  static final String LOG_MANAGER = "java.util.logging.LogManager";
  private static final Set<String> WANTED = Set.of(JMX_SERVER, LAUNCHER, LOG_MANAGER);
  static final long AFTER_MAIN_NANOS = 2_000_000_000L;
  static final long WITHOUT_MAIN_NANOS = 10_000_000_000L;
  private static final Duration POLL = Duration.ofMillis(250);

  private final long begun;
  private long mainSeen = -1;

  /**
   * @param now in ns, as by {@link RunningTime#nanos}
   */
  HostStart(long now) {
    this.begun = now;
  }

  /**
   * Runs an action on a daemon thread once the host has started.
   *
   * @param action may be run in vain; must cope with that
   */
  public static void whenStarted(Instrumentation instrumentation, Runnable action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                RunningTime time = new RunningTime();
                HostStart start = new HostStart(time.nanos());
                while (!start.reached(bootClasses(instrumentation), time.nanos())) {
                  time.sleep(POLL);
                }
                action.run();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "ramshot-jmx");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
  }

  static Set<String> bootClasses(Instrumentation instrumentation) {
    Set<String> names = new HashSet<>();
    Class<?>[] classes = instrumentation.getInitiatedClasses(null);
    if (classes == null) { // the JVM is ending
      return names;
    }
    for (Class<?> type : classes) {
      if (WANTED.contains(type.getName())) {
        names.add(type.getName());
      }
    }
    return names;
  }

  boolean reached(Set<String> loaded, long now) {
    if (loaded.contains(JMX_SERVER)) {
      return true;
    }
    if (mainSeen < 0 && loaded.contains(LAUNCHER)) {
      mainSeen = now;
    }
    boolean waited =
        mainSeen >= 0 ? now - mainSeen >= AFTER_MAIN_NANOS : now - begun >= WITHOUT_MAIN_NANOS;
    return waited
        && (System.getProperty("java.util.logging.manager") == null
            || loaded.contains(LOG_MANAGER));
  }
}
