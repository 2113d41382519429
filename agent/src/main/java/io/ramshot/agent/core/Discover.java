package io.ramshot.agent.core;

import io.ramshot.Block;
import io.ramshot.Guest;
import io.ramshot.RunningTime;
import io.ramshot.agent.options.AgentOptions;
import io.ramshot.agent.options.OptionException;
import io.ramshot.file.NewFile;
import io.ramshot.hooks.HookOptions;
import io.ramshot.hooks.Hooks;
import io.ramshot.hooks.discover.Discovery;
import io.ramshot.text.Printable;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The agent as a watcher: discovers a profile on a thread of its own, tells it, and leaves the host
 * as it was.
 */
final class Discover {

  /** An ending JVM waits so long for what is known until then. */
  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(3);

  /** Of the time, so much passes before a host that has just been launched is looked at. */
  private static final int SETTLE_ONE_IN = 4;

  /** The smallest memory outside the heap that counts. */
  private static final Map<String, String> HOOKS = Map.of(HookOptions.RAM_MIN, "4k");

  private static Discover running;

  private final Instrumentation instrumentation;
  private final Console console;
  private final AgentOptions options;
  private final Duration time;
  private final boolean attached;
  private volatile Discovery discovery;
  private volatile boolean ending;

  private Discover(
      Instrumentation instrumentation, Console console, AgentOptions options, boolean attached)
      throws OptionException {
    this.instrumentation = instrumentation;
    this.console = console;
    this.options = options;
    this.time = options.discover();
    this.attached = attached;
  }

  /**
   * Begins to watch; returns at once.
   *
   * @param known the guest whose blocks are known, or null if ramshot does not run here yet
   */
  static synchronized void start(
      AgentOptions options,
      Instrumentation instrumentation,
      boolean attached,
      Guest known,
      Console console)
      throws OptionException {
    if (running != null) {
      throw new OptionException("this JVM is being watched already: wait for that to end");
    }
    Discover discover = new Discover(instrumentation, console, options, attached);
    DiscoveryReport.watching().publish();
    Supplier<List<Block>> blocks;
    Hooks hooks = null;
    if (known != null) {
      blocks = known::blocks;
    } else {
      Guest guest = new Guest();
      guest.hugePages(false); // Nothing of the host is to be changed.
      hooks = Hooks.install(instrumentation, HookOptions.parse(HOOKS), guest, console::say);
      if (attached) {
        hooks.adoptExisting();
      }
      blocks = guest::blocks;
    }
    running = discover;
    discover.begin(blocks, hooks);
  }

  private void begin(Supplier<List<Block>> blocks, Hooks hooks) {
    Thread thread = new Thread(() -> watch(blocks, hooks), "ramshot-discover");
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
    thread.start();
    Thread end = new Thread(() -> hurry(thread), "ramshot-discover-end");
    try {
      Runtime.getRuntime().addShutdownHook(end);
    } catch (IllegalStateException e) {
      hurry(thread);
    }
  }

  private void hurry(Thread thread) {
    ending = true;
    Discovery current = discovery;
    if (current != null) {
      current.hurry();
    }
    try {
      RunningTime.join(thread, SHUTDOWN_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(Supplier<List<Block>> blocks, Hooks hooks) {
    try {
      settle();
      Discovery own = new Discovery(instrumentation, blocks, time);
      own.tryWith(() -> makeRoom(hooks));
      if (attached) {
        own.attachedLate();
      }
      discovery = own;
      if (ending) {
        own.hurry();
      }
      tell(own.run());
    } catch (Throwable e) { // A host that is watched must not hear of it.
      String why = "the watch ended early: " + Console.line(e);
      console.say("discover: " + why);
      DiscoveryReport.failed(why).publish();
    } finally {
      if (hooks != null) {
        hooks.close();
      }
      synchronized (Discover.class) {
        running = null;
      }
    }
  }

  /** For hooks with the profile that was found. */
  private static String makeRoom(Hooks watching) {
    if (watching == null) {
      return "ramshot is at work in this JVM already, with other options";
    }
    watching.close();
    return null;
  }

  private void settle() throws InterruptedException {
    if (!attached) {
      new RunningTime().await(this::ending, time.dividedBy(SETTLE_ONE_IN));
    }
  }

  private boolean ending(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanos);
    return ending;
  }

  private void tell(Discovery.Result result) throws IOException {
    if (attached && !options.has(AgentOptions.DISCOVER_OUT)) {
      DiscoveryReport.of(result.found(), result.text()).publish();
      return;
    }
    if (!result.found()) {
      console.say("discover: " + result.text());
      return;
    }
    if (options.has(AgentOptions.DISCOVER_OUT)) {
      Path file = Path.of(options.get(AgentOptions.DISCOVER_OUT)).toAbsolutePath();
      NewFile.write(file, result.text().getBytes(StandardCharsets.UTF_8));
      console.say("discover: the profile is in " + file);
    } else {
      console.say("discover: a profile follows; save it as FILE.properties");
      System.err.print(Printable.lines(result.text()));
    }
    System.err.flush();
  }
}
