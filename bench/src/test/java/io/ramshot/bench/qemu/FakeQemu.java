package io.ramshot.bench.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A server that greets as QEMU does and answers each command by the next of its scripts, in which
 * {@code ID} stands for the command's id. After the last it hangs up, or stays silent for {@code
 * null}.
 */
final class FakeQemu implements AutoCloseable {
  static final String GREETING =
      "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}},"
          + " \"capabilities\": [\"oob\"]}}";
  static final String OK = "{\"return\": {}, \"id\": \"ID\"}";

  private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final Socket client;
  private final List<String> received = Collections.synchronizedList(new ArrayList<>());

  FakeQemu(String greeting, String... scripts) throws IOException {
    Thread thread = new Thread(() -> serve(greeting, scripts), "fake-qemu");
    thread.setDaemon(true);
    thread.start();
    client = new Socket(server.getInetAddress(), server.getLocalPort());
  }

  InputStream in() throws IOException {
    return client.getInputStream();
  }

  OutputStream out() throws IOException {
    return client.getOutputStream();
  }

  /** The commands that came, as they came. */
  List<String> received() {
    return received;
  }

  private void serve(String greeting, String... scripts) {
    try (Socket socket = server.accept();
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8)) {
      out.println(greeting);
      for (String script : scripts) {
        String line = in.readLine();
        if (line == null) {
          return;
        }
        received.add(line);
        if (script == null) {
          in.readLine(); // until the client hangs up
          return;
        }
        out.println(script.replace("ID", line.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    server.close();
  }
}
