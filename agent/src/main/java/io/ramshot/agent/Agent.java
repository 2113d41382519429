package io.ramshot.agent;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;

/**
 * Where the JVM enters the agent. The rules of this class, which runs before the host and in the
 * host's own class loader:
 *
 * <ul>
 *   <li>do as little as possible: decide whether to run at all, open the {@link AgentClassLoader},
 *       call {@code io.ramshot.agent.core.Startup} in it;
 *   <li>load no class that the host may want to configure first: no logging, no JMX;
 *   <li>never throw: in {@code premain} an exception stops the host. Whoever asked for a restore
 *       wants just that, and gets status 1, from here if there is no Startup to decide so;
 *   <li>keep one static field, so that an agent loaded again finds the first.
 * </ul>
 */
public final class Agent {
  private static final String STARTUP = "io.ramshot.agent.core.Startup";

  private static AgentClassLoader loader;

  private Agent() {}

  /** Called for {@code -javaagent:ramshot.jar=options}, before the host's main class is loaded. */
  public static void premain(String options, Instrumentation instrumentation) {
    agent(options, instrumentation, false);
  }

  /** Called when another process, such as our own command line, loads the agent by attaching. */
  public static void agentmain(String options, Instrumentation instrumentation) {
    agent(options, instrumentation, true);
  }

  private static synchronized void agent(
      String options, Instrumentation instrumentation, boolean attached) {
    try {
      File jar = AgentClassLoader.ownJar();
      if (!attached && isNoHost(jar)) {
        return;
      }
      if (loader == null) {
        LibraryNames.setProperties();
        loader = new AgentClassLoader(jar, ClassLoader.getPlatformClassLoader());
      }
      Class.forName(STARTUP, true, loader)
          .getMethod("start", String.class, Instrumentation.class, boolean.class, File.class)
          .invoke(null, options, instrumentation, attached, jar);
    } catch (Throwable e) {
      Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
      String line = ("" + cause).replaceAll("\\p{Cntrl}+", " ");
      if (!attached && ("," + options).contains(",restore=")) {
        System.err.println("[ramshot] restore: cannot start: " + line);
        System.err.flush();
        Runtime.getRuntime().halt(1);
      }
      System.err.println("[ramshot] cannot start, the host runs without it: " + line);
    }
  }

  /**
   * Whether this JVM has no guest for certain: JAVA_TOOL_OPTIONS hands the agent to the JDK's own
   * tools (jcmd, javac, ...) too, and to our command line.
   */
  private static boolean isNoHost(File jar) {
    String module = System.getProperty("jdk.module.main", "");
    if (module.startsWith("jdk.") || module.startsWith("java.")) {
      return true;
    }
    String main = System.getProperty("java.class.path", "").split(File.pathSeparator, 2)[0];
    String command = System.getProperty("sun.java.command", "");
    return !main.isEmpty()
        && (command.equals(main) || command.startsWith(main + " "))
        && new File(main).getAbsoluteFile().equals(jar.getAbsoluteFile());
  }
}
