package io.ramshot.hosts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.openmbean.CompositeData;

/** Takes checkpoints of one emulator's guest, over JMX, and reads them back. */
final class Snapshots implements AutoCloseable {
  private static final long LIMIT_MILLIS = 30_000;
  private static final int ATTEMPTS = 20;

  private final ForkedJvm host;
  private final JmxClient client;
  private final Path directory;
  private int taken;
  private long requests;

  private Snapshots(ForkedJvm host, JmxClient client, Path directory) {
    this.host = host;
    this.client = client;
    this.directory = directory;
  }

  /**
   * @param host whose guest has begun to run
   */
  static Snapshots of(ForkedJvm host, Path directory) throws Exception {
    return new Snapshots(host, JmxClient.connectNow(host), directory);
  }

  /** Takes one, which must succeed. The file stays. */
  Path take() throws Exception {
    Path file = start();
    CompositeData result = await();
    assertEquals("COMPLETED", result.get("state"), () -> ended(result) + "; " + host);
    return file;
  }

  /** Takes one and reads it. */
  SavedRam takeAndRead() throws Exception {
    Path file = take();
    try {
      return SavedRam.read(file);
    } finally {
      Files.delete(file);
    }
  }

  /** Starts one and returns at once. */
  Path start() throws Exception {
    Path file = directory.resolve(host.pid() + "-" + taken++ + ".ramshot");
    client.start(file);
    return file;
  }

  /**
   * Starts one and returns while it is copying and the guest runs on. One that is over before
   * anybody has seen it is taken again.
   *
   * @return its file
   */
  Path startAndSeeSaving() throws Exception {
    for (int i = 0; i < ATTEMPTS; i++) {
      Path file = start();
      String state;
      do {
        state = (String) ((CompositeData) client.get("Status")).get("state");
      } while (state.equals("PREPARING") || state.equals("FREEZING"));
      if (state.equals("SAVING")) {
        return file;
      }
      CompositeData result = await();
      assertEquals("COMPLETED", result.get("state"), ended(result));
    }
    throw new AssertionError("never seen saving in " + ATTEMPTS + " attempts; " + host);
  }

  /** Waits for its end, whatever it is. */
  CompositeData await() throws Exception {
    CompositeData result = client.waitFor(LIMIT_MILLIS);
    requests += (Long) ((CompositeData) result.get("status")).get("requests");
    return result;
  }

  /** How often the guest wrote to what had not been saved yet, in all of them. */
  long requests() {
    return requests;
  }

  /** How one ended, in short. */
  static String ended(CompositeData result) {
    return result.get("state") + ": " + result.get("message");
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
