package io.ramshot.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.Deflater;

/**
 * What a busy host does besides: allocates and collects, takes thread dumps, redefines classes,
 * starts threads, fills maps that others share, and is inside JNI's critical sections.
 */
final class HostStorm {

  private static final ConcurrentHashMap<Integer, String> SHARED = new ConcurrentHashMap<>();

  /** Work that may fail. */
  private interface Gust {
    void blow() throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final byte[][] garbage = new byte[256][];
  private volatile boolean stopped;
  private volatile Throwable failure;

  private HostStorm() {}

  /**
   * @param redefined is redefined again and again
   */
  static HostStorm start(Instrumentation instrumentation, Class<?> redefined) {
    HostStorm storm = new HostStorm();
    storm.add("storm-heap", storm::allocate);
    storm.add("storm-dumps", storm::dump);
    storm.add("storm-redefinitions", () -> redefine(instrumentation, redefined));
    storm.add("storm-threads", HostStorm::startThreads);
    storm.add("storm-critical", HostStorm::deflate);
    return storm;
  }

  private void add(String name, Gust gust) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (!stopped) {
                  gust.blow();
                }
              } catch (Throwable t) {
                failure = t;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    threads.add(thread);
  }

  private void allocate() throws InterruptedException {
    for (int i = 0; i < 4000; i++) {
      garbage[i % garbage.length] = new byte[16 << 10];
    }
    System.gc();
    Thread.sleep(1);
  }

  private void dump() throws InterruptedException {
    if (Thread.getAllStackTraces().isEmpty()) {
      throw new AssertionError("a JVM without threads");
    }
    Thread.sleep(2);
  }

  private static void redefine(Instrumentation instrumentation, Class<?> type) throws Exception {
    instrumentation.redefineClasses(new ClassDefinition(type, classFile(type)));
    instrumentation.retransformClasses(type);
    Thread.sleep(20);
  }

  private static byte[] classFile(Class<?> type) throws IOException {
    String file = "/" + type.getName().replace('.', '/') + ".class";
    try (InputStream in = type.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }

  private static void startThreads() throws InterruptedException {
    Thread thread =
        new Thread(
            () -> {
              Thread inner = new Thread(() -> SHARED.merge(SHARED.size() % 1000, "x", (a, b) -> b));
              inner.start();
              System.out.flush();
            });
    thread.start();
    thread.join();
  }

  private static void deflate() {
    Deflater deflater = new Deflater();
    deflater.setInput(new byte[64 << 10]);
    deflater.finish();
    byte[] out = new byte[4096];
    while (!deflater.finished()) {
      deflater.deflate(out);
    }
    deflater.end();
  }

  /** Fails if one of its threads did. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure != null) {
      throw new AssertionError("the storm failed", failure);
    }
  }
}
