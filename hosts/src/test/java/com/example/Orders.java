package com.example;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Lines from stdin, for the thread that runs a guest and may not wait for them. */
public final class Orders {
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();

  public Orders() {
    Thread reader = new Thread(this::read, "orders");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try {
      for (String line; (line = in.readLine()) != null; ) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The next one, or null. */
  public String poll() {
    return lines.poll();
  }
}
