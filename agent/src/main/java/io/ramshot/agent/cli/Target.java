package io.ramshot.agent.cli;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.AttachOperationFailedException;
import com.sun.tools.attach.VirtualMachine;
import io.ramshot.agent.core.AgentState;
import io.ramshot.agent.jmx.SnapshotsMXBean;
import io.ramshot.text.Cause;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Stream;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanException;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

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
  private final JMXConnector connector;
  private final MBeanServerConnection server;
  private final ObjectName bean;

  private Target(
      long pid, TargetWatch watch, boolean loadedNow, JMXConnector connector, ObjectName bean)
      throws IOException {
    this.pid = pid;
    this.watch = watch;
    this.loadedNow = loadedNow;
    this.connector = connector;
    this.server = connector.getMBeanServerConnection();
    this.bean = bean;
  }

  /**
   * @param options the agent's, in case it must be loaded; may be empty
   */
  static Target open(long pid, Absent absent, String options) throws CommandException {
    requireJvm(pid);
    TargetWatch watch = TargetWatch.start(pid);
    try {
      return open(pid, watch, absent, options);
    } catch (CommandException | RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  private static Target open(long pid, TargetWatch watch, Absent absent, String options)
      throws CommandException {
    VirtualMachine vm = attach(pid, watch);
    try {
      return open(pid, watch, vm, absent, options);
    } catch (IOException e) {
      throw new CommandException(
          "process "
              + pid
              + " does not answer any more: "
              + e.getMessage()
              + "; does it still run?");
    } finally {
      try {
        vm.detach();
      } catch (IOException e) {
        // It is gone; whoever uses the connection will say so.
      }
    }
  }

  private static Target open(
      long pid, TargetWatch watch, VirtualMachine vm, Absent absent, String options)
      throws IOException, CommandException {
    AgentState before = state(vm);
    if (!before.isRunning() && absent == Absent.REFUSE) {
      throw new CommandException(
          "ramshot is not loaded in process "
              + pid
              + ": load it with attach "
              + pid
              + ", or start the JVM with -javaagent:ramshot.jar");
    }
    JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address(pid, vm)));
    try {
      ObjectName name = new ObjectName(SnapshotsMXBean.OBJECT_NAME);
      boolean registered = connector.getMBeanServerConnection().isRegistered(name);
      if (!registered) {
        // An agent that is there already registers its bean now, earlier than it would by itself.
        load(pid, vm, before.isRunning() ? "" : options);
        if (!connector.getMBeanServerConnection().isRegistered(name)) {
          throw new CommandException(state(vm).whyNoBean(pid));
        }
      }
      return new Target(pid, watch, !before.isRunning(), connector, name);
    } catch (MalformedObjectNameException e) {
      throw new IllegalStateException(e);
    } catch (IOException | CommandException | RuntimeException e) {
      connector.close();
      throw e;
    }
  }

  private static AgentState state(VirtualMachine vm) throws IOException {
    return AgentState.of(vm.getSystemProperties());
  }

  private static String address(long pid, VirtualMachine vm) throws IOException, CommandException {
    Properties properties = vm.getAgentProperties();
    String address = properties.getProperty("com.sun.management.jmxremote.localConnectorAddress");
    try {
      return address == null ? vm.startLocalManagementAgent() : address;
    } catch (AttachOperationFailedException e) {
      throw new CommandException(
          "process "
              + pid
              + " cannot start its JMX connector ("
              + e.getMessage()
              + "): give it the memory or the rights that it lacks");
    }
  }

  static void load(long pid, VirtualMachine vm, String options)
      throws IOException, CommandException {
    try {
      vm.loadAgent(ownJar().getAbsolutePath(), options.isEmpty() ? null : options);
    } catch (AgentLoadException e) {
      throw new CommandException(
          "process "
              + pid
              + " refuses to load ramshot ("
              + e.getMessage()
              + "): start it with -XX:+EnableDynamicAgentLoading or -javaagent:ramshot.jar");
    } catch (AgentInitializationException e) {
      throw new CommandException(
          "ramshot cannot start in process "
              + pid
              + ": see what it printed ("
              + e.getMessage()
              + ")");
    }
  }

  private static File ownJar() {
    try {
      return new File(Target.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Attaching sends a signal that ends a process that is no JVM: look first. */
  static void requireJvm(long pid) throws CommandException {
    Path proc = Path.of("/proc", Long.toString(pid));
    if (!Files.isDirectory(proc)) {
      throw new CommandException("there is no process " + pid + ": jps lists the running JVMs");
    }
    try {
      Object owner = Files.getAttribute(proc, "unix:uid");
      Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      if (!owner.equals(self) && !self.equals(0)) {
        throw new CommandException(
            "process "
                + pid
                + " belongs to user "
                + Files.getOwner(proc).getName()
                + ": run this command as that user");
      }
      boolean jvm;
      try (Stream<String> lines = Files.lines(proc.resolve("maps"), StandardCharsets.ISO_8859_1)) {
        jvm = lines.anyMatch(line -> line.endsWith("/libjvm.so"));
      }
      if (!jvm) {
        throw new CommandException(
            "process " + pid + " is no HotSpot JVM: jps lists the running JVMs");
      }
    } catch (AccessDeniedException e) {
      throw new CommandException(
          "process " + pid + " may not be looked into: run this command as that process's user");
    } catch (IOException | UncheckedIOException e) {
      throw new CommandException(
          "process " + pid + " cannot be examined (" + e.getMessage() + "): does it still run?");
    }
  }

  /**
   * Attaches, once the process runs: a stopped one does not answer, and the signal that asks it to
   * would make it print all threads when it goes on.
   */
  static VirtualMachine attach(long pid, TargetWatch watch) throws CommandException {
    while (true) {
      watch.awaitRunning();
      int stops = watch.stops();
      try {
        return VirtualMachine.attach(Long.toString(pid));
      } catch (AttachNotSupportedException | IOException e) {
        if (!watch.isStopped() && watch.stops() == stops) {
          throw cannotAttach(pid, e);
        }
        // It was stopped in the middle of it.
      }
    }
  }

  private static CommandException cannotAttach(long pid, Exception e) {
    return new CommandException(
        "cannot attach to process "
            + pid
            + " ("
            + e.getMessage()
            + "): is it responsive, and started without -XX:+DisableAttachMechanism?");
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
    try {
      return server.getAttribute(bean, name);
    } catch (JMException | RuntimeException | IOException e) {
      throw failure(e);
    }
  }

  CompositeData status() throws CommandException {
    return (CompositeData) attribute("Status");
  }

  /**
   * Starts a snapshot.
   *
   * @param parent of an increment, or null
   */
  void start(Path absolute, Path parent) throws CommandException {
    String type = String.class.getName();
    if (parent == null) {
      invoke("start", absolute.toString(), type);
      return;
    }
    Object[] arguments = {absolute.toString(), parent.toString()};
    call("start", arguments, new String[] {type, type});
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
    try {
      server.invoke(
          bean,
          "startTimeline",
          new Object[] {absolute.toString(), everyMillis, keep},
          new String[] {String.class.getName(), "long", "int"});
    } catch (JMException | RuntimeException | IOException e) {
      throw failure(e);
    }
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
    try {
      return server.invoke(bean, operation, arguments, types);
    } catch (JMException | RuntimeException | IOException e) {
      throw failure(e);
    }
  }

  /** What the bean said, or that it can say nothing any more. */
  private CommandException failure(Exception e) {
    if (e instanceof RuntimeMBeanException || e instanceof MBeanException) {
      return new CommandException(Cause.message(e));
    }
    if (e instanceof InstanceNotFoundException) {
      return new CommandException("ramshot was unloaded from process " + pid);
    }
    if (e instanceof IOException) {
      return new CommandException(
          "the connection to process " + pid + " broke: it has ended, or was killed");
    }
    return new CommandException(Cause.text(e));
  }

  @Override
  public void close() {
    watch.close();
    try {
      connector.close();
    } catch (IOException e) {
      // The target is gone.
    }
  }
}
