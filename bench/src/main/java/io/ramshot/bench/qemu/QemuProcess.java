package io.ramshot.bench.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running QEMU with our guest in it, and what the bench asks of it. Ends with this object, and
 * with the JVM.
 */
final class QemuProcess implements AutoCloseable {
  static final String COMMAND = "qemu-system-x86_64";

  /** System property that names QEMU's executable, where it is not in the PATH. */
  static final String PROPERTY = "ramshot.bench.qemu";

  private static final Duration REPLY_LIMIT = Duration.ofSeconds(60);
  private static final int TAIL_LINES = 5;
  private static final Pattern HOST_ADDRESS = Pattern.compile("is 0x([0-9a-f]+)");

  private final Process process;
  private final Path messages;
  private final Thread hook;
  private final Qmp qmp;

  /**
   * Starts QEMU; the guest runs at once.
   *
   * @param boot what it boots from
   * @param ramBytes in whole MiB
   * @param messages file that takes what QEMU prints
   */
  QemuProcess(Path executable, Path boot, long ramBytes, Path messages)
      throws IOException, InterruptedException {
    this(command(executable, boot, ramBytes), messages);
  }

  private QemuProcess(List<String> command, Path messages)
      throws IOException, InterruptedException {
    this.messages = messages;
    process = new ProcessBuilder(command).redirectError(messages.toFile()).start();
    hook = new Thread(this::kill, "qemu-killer");
    Runtime.getRuntime().addShutdownHook(hook);
    Qmp started = null;
    try {
      started = new Qmp(process.getInputStream(), process.getOutputStream(), REPLY_LIMIT);
    } catch (IOException e) {
      throw explained(e);
    } finally {
      if (started == null) {
        close();
      }
    }
    qmp = started;
  }

  /**
   * Starts a QEMU that waits for {@link #startLoading}; its guest's RAM is allocated and untouched.
   *
   * @param file what {@link #startSaving} wrote for such a guest; open as descriptor 3: through a
   *     pipe from cat or dd, loading 1 GiB took 1.1 to 4.1 s instead of 0.8
   */
  static QemuProcess incoming(Path executable, Path boot, long ramBytes, Path messages, Path file)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("sh", "-c", "exec \"$@\" 3<\"$0\"", file.toString()));
    words.addAll(command(executable, boot, ramBytes));
    words.addAll(List.of("-incoming", "defer"));
    return new QemuProcess(words, messages);
  }

  /** QEMU's executable: the system property's, or the first in the PATH. */
  static Optional<Path> find() {
    return find(System.getProperty(PROPERTY), System.getenv("PATH"));
  }

  static Optional<Path> find(String property, String searchPath) {
    if (property != null) {
      return Optional.of(Path.of(property)).filter(Files::isExecutable);
    }
    for (String folder : (searchPath == null ? "" : searchPath).split(File.pathSeparator)) {
      Path file = Path.of(folder, COMMAND);
      if (!folder.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static List<String> command(Path executable, Path boot, long ramBytes) {
    List<String> words = new ArrayList<>();
    words.add(executable.toString());
    words.addAll(List.of("-accel", "tcg", "-machine", "pc", "-cpu", "max", "-smp", "1"));
    words.addAll(List.of("-m", (ramBytes >> 20) + "M"));
    words.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none"));
    words.add("-drive");
    // A comma ends an option's value, unless it is doubled.
    words.add("if=floppy,format=raw,readonly=on,file=" + boot.toString().replace(",", ",,"));
    words.addAll(List.of("-qmp", "stdio"));
    return words;
  }

  long pid() {
    return process.pid();
  }

  Qmp qmp() {
    return qmp;
  }

  /** Where the guest's byte 0 is in QEMU's memory. */
  long hostAddressOfGuest() throws IOException, InterruptedException {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("command-line", "gpa2hva " + BootSector.COUNTER);
    String reply = qmp.execute("human-monitor-command", arguments).getAsString();
    Matcher matcher = HOST_ADDRESS.matcher(reply);
    if (!matcher.find()) {
      throw new QmpException("QEMU did not say where its guest's RAM is: " + reply.strip());
    }
    return Long.parseUnsignedLong(matcher.group(1), 16) - BootSector.COUNTER;
  }

  /** The thread that runs the guest. */
  long guestThread() throws IOException, InterruptedException {
    JsonArray cpus = qmp.execute("query-cpus-fast").getAsJsonArray();
    return cpus.get(0).getAsJsonObject().get("thread-id").getAsLong();
  }

  /** Asks for the background snapshot instead of a migration, as fast as it can. */
  void prepareSnapshot() throws IOException, InterruptedException {
    JsonObject capability = new JsonObject();
    capability.addProperty("capability", "background-snapshot");
    capability.addProperty("state", true);
    JsonArray capabilities = new JsonArray();
    capabilities.add(capability);
    JsonObject arguments = new JsonObject();
    arguments.add("capabilities", capabilities);
    qmp.execute("migrate-set-capabilities", arguments);
    liftRateLimit();
  }

  private void liftRateLimit() throws IOException, InterruptedException {
    JsonObject parameters = new JsonObject();
    parameters.addProperty("max-bandwidth", 1L << 50);
    qmp.execute("migrate-set-parameters", parameters);
  }

  /** Stops the guest, starts to write it to a file, and returns at once. */
  void startSaving(Path file) throws IOException, InterruptedException {
    liftRateLimit();
    qmp.execute("stop");
    startSnapshot(file);
  }

  /** Starts to load the guest of {@link #incoming}'s file, and returns at once. */
  void startLoading() throws IOException, InterruptedException {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("uri", "fd:3");
    qmp.execute("migrate-incoming", arguments);
  }

  /** Like {@code inmigrate} while it loads, then {@code paused}, for so the guest was saved. */
  String runState() throws IOException, InterruptedException {
    return qmp.execute("query-status").getAsJsonObject().get("status").getAsString();
  }

  /** Lets a guest that is paused run. */
  void resume() throws IOException, InterruptedException {
    qmp.execute("cont");
  }

  /**
   * Starts a snapshot into a file, and returns at once.
   *
   * <p>Through a pipe to cat: measured against a descriptor of the file ({@code fd:}), where QEMU's
   * one migration thread copies into the page cache itself, it saves 1 GiB in 3.2 s instead of 4.1
   * s; a socket with a reader of ours takes 4.3 s.
   */
  void startSnapshot(Path file) throws IOException, InterruptedException {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("uri", "exec:exec cat > '" + file.toString().replace("'", "'\\''") + "'");
    qmp.execute("migrate", arguments);
  }

  MigrationStatus snapshotStatus() throws IOException, InterruptedException {
    JsonElement reply = qmp.execute("query-migrate");
    return MigrationStatus.of(reply);
  }

  /** Processes that QEMU has started and that have not ended. */
  List<Long> children() {
    return process.children().map(ProcessHandle::pid).toList();
  }

  /** The same failure, with QEMU's exit code if it has ended, and the last it printed. */
  IOException explained(IOException failure) {
    StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
    try {
      if (process.waitFor(200, TimeUnit.MILLISECONDS)) {
        text.append("; QEMU ended with exit code ").append(process.exitValue());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String tail = tail();
    if (!tail.isEmpty()) {
      text.append("; its last words: ").append(tail);
    }
    return new IOException(text.toString(), failure);
  }

  private String tail() {
    try {
      List<String> lines = Files.readString(messages).lines().toList();
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "";
    }
  }

  private void kill() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  /** Kills QEMU and what it has started, and waits for its end. */
  @Override
  public void close() {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and has killed it as well.
    }
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
  }
}
