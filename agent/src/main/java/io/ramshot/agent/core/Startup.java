package io.ramshot.agent.core;

import io.ramshot.Guest;
import io.ramshot.Snapshot;
import io.ramshot.SnapshotOptions;
import io.ramshot.Throttle;
import io.ramshot.agent.jmx.HostStart;
import io.ramshot.agent.jmx.JmxRegistration;
import io.ramshot.agent.jmx.JmxTargets;
import io.ramshot.agent.jmx.Snapshots;
import io.ramshot.agent.options.AgentOptions;
import io.ramshot.agent.options.OptionException;
import io.ramshot.agent.options.TimelinePlan;
import io.ramshot.agent.profiles.ProfileChoice;
import io.ramshot.agent.timeline.TimelineException;
import io.ramshot.hooks.Hooks;
import io.ramshot.text.Cause;
import io.ramshot.uffd.EngineException;
import io.ramshot.uffd.NativeCode;
import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

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
    AtomicReference<ProfileChoice> profile = new AtomicReference<>(ProfileChoice.none());
    try {
      if (running != null && !AgentOptions.asksForDiscovery(text)) {
        if (!attached && AgentOptions.asksForRestore(text)) {
          running.requireRestore(text);
        }
        running.again(text);
        return;
      }
      AgentOptions options = AgentOptions.parse(text, given -> profile(given, profile));
      if (options.help()) {
        AgentOptions.usage().forEach(CONSOLE::say);
      }
      NativeCode.require();
      if (options.has(AgentOptions.DISCOVER)) {
        BootJar.append(instrumentation);
        Guest known = running == null ? null : running.guest;
        Discover.start(options, instrumentation, attached, known, CONSOLE);
        return;
      }
      if (attached && options.has(AgentOptions.RESTORE)) {
        throw new OptionException(
            "restore= comes too late for a running guest: start the JVM with "
                + options.toVmArgument(jar));
      }
      running = begin(options, profile.get(), instrumentation, attached);
      boolean jmx = options.jmx() && Management.isPresent(CONSOLE);
      AgentState.running(options.jmx()).publish();
      Runtime.getRuntime().addShutdownHook(new Thread(running::shutDown, "ramshot-shutdown"));
      if (jmx) {
        if (attached) {
          running.register();
        } else {
          HostStart.whenStarted(instrumentation, running::register);
        }
      }
    } catch (OptionException | EngineException | IOException | RuntimeException | Error e) {
      String problem = Console.line(e);
      if (AgentOptions.asksForDiscovery(text)) {
        DiscoveryReport.failed(problem).publish();
        CONSOLE.say("discover: " + problem);
        return;
      }
      AgentState.failed(problem).publish();
      if (!attached && AgentOptions.asksForRestore(text)) {
        Restore.refuse(CONSOLE, problem);
      }
      CONSOLE.say(problem + "; the host runs without ramshot");
    }
  }

  /** The options that the host's profile gives. Nobody needs one to find one. */
  private static Map<String, String> profile(
      Map<String, String> given, AtomicReference<ProfileChoice> chosen)
      throws OptionException, IOException {
    if (given.containsKey(AgentOptions.DISCOVER)) {
      return Map.of();
    }
    chosen.set(
        ProfileChoice.of(
            given.get(AgentOptions.PROFILE), given, ClassLoader.getSystemClassLoader()));
    return chosen.get().values();
  }

  private static Startup begin(
      AgentOptions options,
      ProfileChoice profile,
      Instrumentation instrumentation,
      boolean attached)
      throws OptionException, IOException {
    if (!profile.doubt().isEmpty()) {
      CONSOLE.say(profile.doubt());
    }
    if (profile.isRecognised()) {
      CONSOLE.say("profile " + profile + " (profile=none does without)");
    }
    // Opened first: a bad image is known before anything of the host is touched.
    Optional<Restore> restore = Optional.empty();
    if (options.has(AgentOptions.RESTORE)) {
      restore =
          Optional.of(
              Restore.open(options.get(AgentOptions.RESTORE), options.restoreOptions(), CONSOLE));
    }
    BootJar.append(instrumentation);
    Guest guest = new Guest();
    guest.hugePages(options.snapshotOptions().hugePages());
    Hooks hooks =
        Hooks.install(
            instrumentation, options.hookOptions(), guest, line -> CONSOLE.say(profile.tell(line)));
    try {
      guest.vcpus(hooks.vcpus());
      if (attached) {
        hooks.adoptExisting();
      }
      StateCoverage coverage = new StateCoverage(options.hookOptions(), instrumentation);
      HostHooks seen = new HostHooks(hooks, profile, guest, coverage);
      Snapshots snapshots =
          new Snapshots(
              guest,
              options.snapshotOptions(),
              seen,
              options.toString(),
              version(),
              CONSOLE::say,
              options.jmxFolder().map(JmxTargets::within).orElseGet(JmxTargets::anywhere));
      throttle(options.snapshotOptions()).ifPresent(snapshots::warn);
      Optional<TimelinePlan> plan = options.timeline();
      Runnable timeline = () -> plan.ifPresent(p -> start(p, snapshots));
      // RAM that is not restored yet, or that a host still fills, is nobody's checkpoint.
      if (restore.isPresent()) {
        Restore r = restore.get();
        hooks.requireGates(line -> r.refuse(profile.tell(line)));
        hooks.beforeFirstQuantum(() -> r.run(guest, hooks, coverage, profile::tell, timeline));
        new RestoreWatch(r, r.ram(), guest, hooks, options.restoreTimeout(), CONSOLE).start();
      } else if (plan.isPresent() && options.has(AgentOptions.GATE) && !attached) {
        hooks.beforeFirstQuantum(timeline);
      } else {
        timeline.run();
      }
      return new Startup(options, guest, snapshots);
    } catch (OptionException | RuntimeException | Error e) {
      hooks.close();
      throw e;
    }
  }

  /** Where the pool is given, it is known already what a limited rate costs. */
  private static Optional<String> throttle(SnapshotOptions options) {
    String warning =
        options.poolBytes() == 0
            ? ""
            : Throttle.warning(options, options.poolBytes(), Long.MAX_VALUE);
    return warning.isEmpty() ? Optional.empty() : Optional.of(warning);
  }

  /** Whatever goes wrong, the guest runs. */
  private static void start(TimelinePlan plan, Snapshots snapshots) {
    try {
      snapshots.startTimeline(plan, plan.every());
    } catch (TimelineException | RuntimeException | Error e) {
      CONSOLE.say("timeline: " + Console.line(e) + "; the guest runs without one");
    }
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
              + described()
              + ": these stay as they are, "
              + text
              + " is ignored; restart the JVM to change them");
    }
    if (options.jmx() && Management.isPresent()) {
      register();
    }
  }

  /** A restore that another -javaagent asks for must be the one that this one does. */
  private void requireRestore(String text) throws OptionException {
    String wanted = AgentOptions.parse(text, options.given()).get(AgentOptions.RESTORE);
    if (!wanted.equals(options.get(AgentOptions.RESTORE))) {
      throw new OptionException(
          "ramshot is loaded already, with "
              + described()
              + ": give all options in one -javaagent");
    }
  }

  private String described() {
    return options.toString().isEmpty() ? "no options" : "the options " + options;
  }

  private synchronized void register() {
    if (registration != null) {
      return;
    }
    try {
      registration = JmxRegistration.register(snapshots);
    } catch (Exception | Error e) { // JMX's own types may be missing: see Management
      CONSOLE.say(
          "the MXBean cannot be registered, snapshots cannot be asked for: " + Cause.text(e));
    }
  }

  /** So that no temporary file outlives the JVM. */
  private void shutDown() {
    snapshots.endTimeline();
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
