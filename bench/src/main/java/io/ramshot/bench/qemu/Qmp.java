package io.ramshot.bench.qemu;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * QEMU's control protocol, QMP: one JSON object a line, a reply to each command, events in between.
 *
 * <p>A thread of its own reads, so that a QEMU which says nothing costs no more than the time
 * limit. One thread at a time may give commands.
 */
final class Qmp {
  private final OutputStream out;
  private final Duration limit;
  private final BlockingQueue<Line> replies = new LinkedBlockingQueue<>();
  private final List<Event> events = new ArrayList<>();
  private long lastId;

  /**
   * Something that QEMU said happened.
   *
   * @param name like {@code STOP}
   * @param epochMicros when, in us since 1970 by the machine's clock; -1 if QEMU did not say
   */
  record Event(String name, long epochMicros) {}

  /** What was read: an object, or why there will be no more. */
  private record Line(JsonObject object, String end) {}

  /**
   * Waits for QEMU's greeting and leaves the negotiation.
   *
   * @param limit for each reply
   */
  Qmp(InputStream in, OutputStream out, Duration limit) throws IOException, InterruptedException {
    this.out = out;
    this.limit = limit;
    Thread reader = new Thread(() -> read(in), "qmp-reader");
    reader.setDaemon(true);
    reader.start();
    JsonObject greeting = next("its greeting");
    if (!greeting.has("QMP")) {
      throw new QmpException("QEMU did not greet, it said " + greeting);
    }
    execute("qmp_capabilities");
  }

  JsonElement execute(String command) throws IOException, InterruptedException {
    return execute(command, new JsonObject());
  }

  /**
   * Gives a command and waits for its reply.
   *
   * @return what QEMU returned, mostly an empty object
   * @throws QmpException if QEMU says no, says nothing within the limit, or has gone
   */
  JsonElement execute(String command, JsonObject arguments)
      throws IOException, InterruptedException {
    JsonObject request = new JsonObject();
    request.addProperty("execute", command);
    if (arguments.size() > 0) {
      request.add("arguments", arguments);
    }
    String id = "ramshot-" + ++lastId;
    request.addProperty("id", id);
    try {
      out.write((request + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new QmpException("QEMU has gone before " + command + ": " + e.getMessage());
    }
    while (true) {
      JsonObject reply = next(command);
      if (reply.has("error") && (!reply.has("id") || isFor(reply, id))) {
        JsonElement error = reply.get("error");
        String text =
            error.isJsonObject() && error.getAsJsonObject().has("desc")
                ? error.getAsJsonObject().get("desc").getAsString()
                : error.toString();
        throw new QmpException("QEMU refused " + command + ": " + text);
      }
      if (reply.has("return") && isFor(reply, id)) {
        return reply.get("return");
      }
      // A late reply to a command that was given up.
    }
  }

  /** The first event of this name. */
  Optional<Event> event(String name) {
    synchronized (events) {
      return events.stream().filter(event -> event.name().equals(name)).findFirst();
    }
  }

  private static boolean isFor(JsonObject reply, String id) {
    return reply.has("id") && id.equals(reply.get("id").getAsString());
  }

  private JsonObject next(String awaited) throws QmpException, InterruptedException {
    Line line = replies.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    if (line == null) {
      throw new QmpException(
          "QEMU has been silent for " + limit.toSeconds() + " s, awaited: " + awaited);
    }
    if (line.object() == null) {
      replies.add(line); // for whoever asks next
      throw new QmpException(line.end() + ", awaited: " + awaited);
    }
    return line.object();
  }

  private void read(InputStream in) {
    String end = "QEMU closed its control channel";
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isBlank()) {
          continue;
        }
        JsonElement element = JsonParser.parseString(line);
        if (!element.isJsonObject()) {
          end = "QEMU said what is no QMP: " + line;
          break;
        }
        JsonObject object = element.getAsJsonObject();
        if (object.has("event")) {
          synchronized (events) {
            events.add(eventOf(object));
          }
        } else {
          replies.add(new Line(object, null));
        }
      }
    } catch (RuntimeException e) {
      // The library's way to say that something is no JSON, or not the JSON that was expected.
      end = "QEMU said what is no QMP: " + e.getMessage();
    } catch (IOException e) {
      end = "QEMU's control channel broke: " + e.getMessage();
    }
    replies.add(new Line(null, end));
  }

  private static Event eventOf(JsonObject object) {
    long micros = -1;
    if (object.get("timestamp") instanceof JsonObject stamp
        && stamp.has("seconds")
        && stamp.get("seconds").getAsLong() >= 0) {
      micros = stamp.get("seconds").getAsLong() * 1_000_000 + stamp.get("microseconds").getAsLong();
    }
    return new Event(object.get("event").getAsString(), micros);
  }
}
