package io.ramshot.hooks;

import com.example.Writers;
import com.sun.jna.Function;
import com.sun.jna.Memory;
import io.ramshot.Guest;
import io.ramshot.Participant;
import io.ramshot.SnapshotOptions;
import io.ramshot.SnapshotResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import net.bytebuddy.agent.ByteBuddyAgent;

/** The JVM of {@link ThreadFreezeTest} for what may go wrong: prints what ramshot says of it. */
final class ThreadFreezeCases {

  private static final int MEMORY_BYTES = 64 << 20;
  private static final int TRIES = 200;

  private final Guest guest = new Guest();
  private final List<String> warnings = new CopyOnWriteArrayList<>();
  private final Path folder;
  private final Hooks hooks;
  private final Writers host;

  private ThreadFreezeCases(Path folder, String... options) throws Exception {
    this.folder = folder;
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      values.put(options[i], options[i + 1]);
    }
    hooks =
        Hooks.install(
            ByteBuddyAgent.getInstrumentation(),
            HookOptions.parse(values),
            guest,
            line -> {
              warnings.add(line);
              System.out.println("warning " + line);
            });
    guest.vcpus(hooks.vcpus());
    host = new Writers(2, 32 << 20);
    host.start(false);
  }

  private SnapshotResult snapshot() throws Exception {
    Path target = folder.resolve("a.ramshot");
    SnapshotResult result =
        guest
            .snapshot(target, SnapshotOptions.DEFAULTS.withFreezeTimeout(Duration.ofMillis(500)))
            .await();
    Files.deleteIfExists(target);
    return result;
  }

  /** Prints how the snapshot ended, and whether the guest runs on. */
  private void print(SnapshotResult result) throws InterruptedException {
    System.out.println(result.state() + " " + result.message());
    long before = host.now();
    while (host.now() < before + 1000) {
      Thread.sleep(1);
    }
    System.out.println("the guest runs on");
  }

  private static void daemon(String name, Runnable run) {
    Thread thread = new Thread(run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * @param arguments the case, and a folder
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "plain" -> {
        ThreadFreezeCases plain = new ThreadFreezeCases(folder, "freeze", "threads");
        plain.print(plain.snapshot());
      }
      case "lock" -> waitForASuspendedThread(folder);
      case "native" -> runNativeCode(folder);
      case "both" -> closeGatesFirst(folder);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    System.exit(0);
  }

  /** A participant that wants a monitor which a thread holds all the time. */
  private static void waitForASuspendedThread(Path folder) throws Exception {
    ThreadFreezeCases test = new ThreadFreezeCases(folder, "freeze", "threads");
    Object monitor = new Object();
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    daemon(
        "holder",
        () -> {
          synchronized (monitor) {
            held.countDown();
            while (released.getCount() > 0) {
              Thread.onSpinWait();
            }
          }
        });
    held.await();
    test.guest.add(
        new Participant() {
          @Override
          public String name() {
            return "blitter";
          }

          @Override
          public byte[] save() {
            released.countDown(); // the holder goes at once when it is resumed, and only then
            synchronized (monitor) {
              return new byte[1];
            }
          }

          @Override
          public void load(byte[] state) {}
        });
    test.print(test.snapshot());
  }

  /** A thread in native code all the time: it cannot be suspended there, and that is said. */
  private static void runNativeCode(Path folder) throws Exception {
    ThreadFreezeCases test = new ThreadFreezeCases(folder, "freeze", "threads");
    Memory memory = new Memory(MEMORY_BYTES);
    Function fill = Function.getFunction("c", "memset");
    daemon(
        "native-cpu",
        () -> {
          while (true) {
            fill.invokePointer(new Object[] {memory, 1, (long) MEMORY_BYTES});
          }
        });
    for (int i = 0; i < TRIES; i++) {
      SnapshotResult result = test.snapshot();
      if (test.warnings.size() > 1 || i == TRIES - 1) {
        test.print(result);
        return;
      }
    }
  }

  /** With a gate, participants save before threads are suspended, and may want their monitors. */
  private static void closeGatesFirst(Path folder) throws Exception {
    ThreadFreezeCases test =
        new ThreadFreezeCases(folder, "freeze", "threads", "gate", "com.example.Board::step");
    com.example.Board board = new com.example.Board();
    daemon(
        "cpu",
        () -> {
          while (true) {
            board.step();
          }
        });
    Object monitor = new Object();
    daemon(
        "holder",
        () -> {
          while (true) {
            synchronized (monitor) {
              Thread.onSpinWait();
            }
          }
        });
    test.guest.add(
        new Participant() {
          @Override
          public String name() {
            return "board";
          }

          @Override
          public byte[] save() {
            synchronized (monitor) {
              return Long.toString(board.quanta.get()).getBytes();
            }
          }

          @Override
          public void load(byte[] state) {}
        });
    while (board.quanta.get() == 0) {
      Thread.sleep(1);
    }
    for (int i = 0; i < 10; i++) {
      test.print(test.snapshot());
    }
  }
}
