package io.ramshot.agent.core;

import io.ramshot.Guest;
import io.ramshot.Snapshot;
import io.ramshot.agent.jmx.HostStart;
import io.ramshot.agent.jmx.JmxRegistration;
import io.ramshot.agent.jmx.Snapshots;
import io.ramshot.agent.options.AgentOptions;
import io.ramshot.agent.options.OptionException;
import io.ramshot.hooks.GateInfo;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.HostProfile;
import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.management.JMException;

/**
 * The agent's beginning in a host: options, hooks, a restore if one is asked for, and the bean.
 *
 * <p>What goes wrong is one line on stderr, and the host runs on without ramshot; but not when a
 * restore was asked for: a guest that starts afresh instead could write to its disks, so the JVM
 * ends with status 1 before the guest has run.
 */
public final class Startup {
  private static final Console CONSOLE = Console.STDERR;

  /** How long an ending JVM waits for a snapshot to clean up. */
  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(5);

  private static Startup running;

  private final AgentOptions options;
  private final Guest guest;
  private final Snapshots snapshots;
  private JmxRegistration registration;

  private Startup(AgentOptions options, Guest guest, Snapshots snapshots) {
    this.options = options;
    this.guest = guest;
    this.snapshots = snapshots;
  }

  /**
   * Called by {@code io.ramshot.agent.Agent}, every time that the agent is loaded.
   *
   * @param text what follows {@code ramshot.jar=}; may be null
   * @param attached whether the host runs already
   */
  public static synchronized void start(
      String text, Instrumentation instrumentation, boolean attached, File jar) {
    if (running != null) {
      running.again(text);
      return;
    }
    try {
      AgentOptions options = AgentOptions.parse(text, profile());
      if (options.help()) {
        AgentOptions.usage().forEach(CONSOLE::say);
      }
      if (attached && options.has(AgentOptions.RESTORE)) {
        throw new OptionException(
            "restore= comes too late for a running guest: start the JVM with "
                + options.toVmArgument(jar));
      }
      running = begin(options, instrumentation, attached);
      AgentState.running(options.jmx()).publish();
      Runtime.getRuntime().addShutdownHook(new Thread(running::shutDown, "ramshot-shutdown"));
      if (options.jmx()) {
        if (attached) {
          running.register();
        } else {
          HostStart.whenStarted(instrumentation, running::register);
        }
      }
    } catch (OptionException | IOException | RuntimeException | Error e) {
      String problem = Console.line(e);
      AgentState.failed(problem).publish();
      if (!attached && AgentOptions.asksForRestore(text)) {
        Restore.refuse(CONSOLE, problem);
      }
      CONSOLE.say(problem + "; the host runs without ramshot");
    }
  }

  /** What the host's author ships, if anything. */
  private static Map<String, String> profile() throws IOException {
    return HostProfile.load().map(HostProfile::values).orElse(Map.of());
  }

  private static Startup begin(
      AgentOptions options, Instrumentation instrumentation, boolean attached)
      throws OptionException, IOException {
    // Opened first: a bad image is known before anything of the host is touched.
    Optional<Restore> restore = Optional.empty();
    if (options.has(AgentOptions.RESTORE)) {
      restore = Optional.of(Restore.open(options.get(AgentOptions.RESTORE), CONSOLE));
    }
    BootJar.append(instrumentation);
    Guest guest = new Guest();
    guest.hugePages(options.snapshotOptions().hugePages());
    Hooks hooks = Hooks.install(instrumentation, options.hookOptions(), guest, CONSOLE::say);
    try {
      guest.vcpus(hooks.vcpus());
      if (attached) {
        hooks.adoptExisting();
      }
      restore.ifPresent(r -> hooks.beforeFirstQuantum(() -> r.run(guest, hooks)));
      Snapshots snapshots =
          new Snapshots(
              guest,
              options.snapshotOptions(),
              () -> hooks.gates().stream().map(Startup::text).collect(Collectors.toList()),
              options.toString(),
              version());
      return new Startup(options, guest, snapshots);
    } catch (OptionException | RuntimeException | Error e) {
      hooks.close();
      throw e;
    }
  }

  private static String text(GateInfo gate) {
    String found =
        gate.called()
            ? "called"
            : gate.found()
                ? "found, not called yet"
                : gate.loaded() ? "no such method" : "class not loaded yet";
    return gate.gate() + ": " + found;
  }

  private static String version() {
    String version = Startup.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /** The agent is here already; whoever loads it again wants to reach the bean. */
  private void again(String text) {
    if (text != null && !text.isEmpty() && !text.equals(options.toString())) {
      CONSOLE.say(
          "already loaded, with "
              + (options.toString().isEmpty() ? "no options" : "the options " + options)
              + ": these stay as they are, "
              + text
              + " is ignored; restart the JVM to change them");
    }
    if (options.jmx()) {
      register();
    }
  }

  private synchronized void register() {
    if (registration != null) {
      return;
    }
    try {
      registration = JmxRegistration.register(snapshots);
    } catch (JMException | RuntimeException | Error e) {
      CONSOLE.say("the MXBean cannot be registered, snapshots cannot be asked for: " + e);
    }
  }

  /** So that no temporary file outlives the JVM. */
  private void shutDown() {
    try {
      Optional<Snapshot> newest = guest.newest();
      if (newest.isPresent() && !newest.get().status().state().ended()) {
        newest.get().cancel("the JVM is ending");
        newest.get().await(SHUTDOWN_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
