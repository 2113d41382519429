package io.ramshot.agent.cli;

import io.ramshot.agent.core.AgentState;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The bean in another JVM of this machine, reached by attaching and then over JMX.
 *
 * <p>Attaching is how the JMX connector's address is found, and how the agent is loaded where it is
 * not yet.
 */
final class Target implements AutoCloseable {

  /** What to do about an agent that is not there. */
  enum Absent {
    LOAD,
    REFUSE
  }

  private final long pid;
  private final TargetWatch watch;
  private final boolean loadedNow;
  private final BeanConnection bean;

  private Target(long pid, TargetWatch watch, boolean loadedNow, BeanConnection bean) {
    this.pid = pid;
    this.watch = watch;
    this.loadedNow = loadedNow;
    this.bean = bean;
  }

  /**
   * @param options the agent's, in case it must be loaded; may be empty
   */
  static Target open(long pid, Absent absent, String options) throws CommandException {
    RuntimeModules.require(RuntimeModules.BEAN);
    TargetProcess.requireJvm(pid);
    TargetWatch watch = TargetWatch.start(pid);
    try (Attachment jvm = Attachment.open(pid, watch)) {
      return open(pid, watch, jvm, absent, options);
    } catch (CommandException | RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  private static Target open(
      long pid, TargetWatch watch, Attachment jvm, Absent absent, String options)
      throws CommandException {
    AgentState before = AgentState.of(jvm.systemProperties());
    if (!before.isRunning() && absent == Absent.REFUSE) {
      throw new CommandException(
          "ramshot is not loaded in process "
              + pid
              + ": load it with attach "
              + pid
              + ", or start the JVM with -javaagent:ramshot.jar");
    }
    if (before.isOutOfReach()) {
      throw new CommandException(before.whyNoBean(pid));
    }
    BeanConnection bean = BeanConnection.open(pid, jvm.connectorAddress());
    try {
      if (!bean.isRegistered()) {
        // An agent that is there already registers its bean now, earlier than it would by itself.
        jvm.load(before.isRunning() ? "" : options);
        if (!bean.isRegistered()) {
          throw new CommandException(AgentState.of(jvm.systemProperties()).whyNoBean(pid));
        }
      }
      return new Target(pid, watch, !before.isRunning(), bean);
    } catch (CommandException | RuntimeException e) {
      bean.close();
      throw e;
    }
  }

  long pid() {
    return pid;
  }

  /** Whether the process is stopped just now, and answers nothing. */
  boolean isStopped() {
    return watch.isStopped();
  }

  /** For how long the process ran since this command turned to it, in ns: what limits count. */
  long ranNanos() {
    return watch.ranNanos();
  }

  /** Whether it was this command that loaded the agent. */
  boolean loadedNow() {
    return loadedNow;
  }

  Object attribute(String name) throws CommandException {
    return bean.attribute(name);
  }

  CompositeData status() throws CommandException {
    return (CompositeData) attribute("Status");
  }

  /**
   * Starts a snapshot.
   *
   * @param parent of an increment, or null
   * @return the file that results name: the JVM may know it by another path, without links
   */
  String start(Path absolute, Path parent) throws CommandException {
    requireFolder(absolute.getParent());
    String type = String.class.getName();
    if (parent == null) {
      return (String) invoke("start", absolute.toString(), type);
    }
    Object[] arguments = {absolute.toString(), parent.toString()};
    return (String) call("start", arguments, new String[] {type, type});
  }

  /** The JVM writes the file itself, and may see other folders than this command does. */
  private void requireFolder(Path folder) throws CommandException {
    Path root = Path.of("/proc", Long.toString(pid), "root");
    if (folder != null
        && Files.isDirectory(folder)
        && Files.isDirectory(root)
        && !Files.isDirectory(root.resolve(folder.toString().substring(1)))) {
      throw new CommandException(
          "process "
              + pid
              + " has no folder "
              + folder
              + " in its own file system (a container, or a private /tmp): name one that it has");
    }
  }

  boolean cancel() throws CommandException {
    return (Boolean) invoke("cancel", null, null);
  }

  /**
   * The newest snapshot's result, or its result so far if it still runs after that time.
   *
   * @param millis in ms
   */
  CompositeData waitFor(long millis) throws CommandException {
    return (CompositeData) invoke("waitFor", millis, "long");
  }

  /** Begins a timeline. */
  void startTimeline(Path absolute, long everyMillis, int keep) throws CommandException {
    requireFolder(absolute.getParent());
    call(
        "startTimeline",
        new Object[] {absolute.toString(), everyMillis, keep},
        new String[] {String.class.getName(), "long", "int"});
  }

  boolean stopTimeline() throws CommandException {
    return (Boolean) invoke("stopTimeline", null, null);
  }

  /** Null if there was none. */
  CompositeData timeline() throws CommandException {
    return (CompositeData) attribute("Timeline");
  }

  private Object invoke(String operation, Object argument, String type) throws CommandException {
    return argument == null
        ? call(operation, new Object[0], new String[0])
        : call(operation, new Object[] {argument}, new String[] {type});
  }

  private Object call(String operation, Object[] arguments, String[] types)
      throws CommandException {
    return bean.call(operation, arguments, types);
  }

  @Override
  public void close() {
    watch.close();
    bean.close();
  }
}
