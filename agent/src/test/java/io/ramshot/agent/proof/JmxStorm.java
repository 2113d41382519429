package io.ramshot.agent.proof;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.MBeanAttributeInfo;

/** A client that asks for everything, all the time: attributes, thread dumps, heap dumps. */
final class JmxStorm implements AutoCloseable {
  private static final int HEAP_DUMP_EVERY = 50;

  private final JmxClient client;
  private final Path directory;
  private final Thread thread = new Thread(this::run, "jmx-storm");
  private final AtomicInteger rounds = new AtomicInteger();
  private volatile boolean over;
  private volatile Exception failure;

  /**
   * @param directory for heap dumps, which do not stay
   */
  JmxStorm(ForkedJvm jvm, Path directory) throws Exception {
    this.client = JmxClient.connect(jvm);
    this.directory = directory;
    thread.start();
  }

  private void run() {
    try {
      ThreadMXBean threads =
          ManagementFactory.newPlatformMXBeanProxy(
              client.server, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
      HotSpotDiagnosticMXBean diagnostic =
          ManagementFactory.newPlatformMXBeanProxy(
              client.server,
              "com.sun.management:type=HotSpotDiagnostic",
              HotSpotDiagnosticMXBean.class);
      while (!over) {
        for (MBeanAttributeInfo attribute :
            client.server.getMBeanInfo(client.bean).getAttributes()) {
          client.get(attribute.getName());
        }
        threads.dumpAllThreads(true, true);
        if (rounds.getAndIncrement() % HEAP_DUMP_EVERY == 0) {
          Path dump = directory.resolve("heap.hprof");
          diagnostic.dumpHeap(dump.toString(), true);
          Files.delete(dump);
        }
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  /** How often it has asked for everything. */
  int rounds() {
    return rounds.get();
  }

  /** Fails if it was ever refused an answer. */
  void check() throws Exception {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() throws IOException {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
