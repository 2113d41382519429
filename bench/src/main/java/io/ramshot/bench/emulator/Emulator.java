package io.ramshot.bench.emulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A sample machine in a JVM of its own, running the guest that adds one to a byte in every page;
 * how far it has come is read from its RAM through the kernel, so that the JVM notices nothing.
 */
final class Emulator implements AutoCloseable {
  private static final String GATE = "gate=io.ramshot.sample.board.Board::step";
  private static final String STATE = "state=io.ramshot.sample.board.Board::save/load";

  /** First JDK that warns of sun.misc.Unsafe and of native code. */
  private static final int FIRST_TO_WARN = 24;

  private static final long PAGE_BYTES = 4096;

  /** Where in RAM the guest tells of itself; see sample-emulator/src/guest/edge/progress.h. */
  private static final long PROGRESS = 60 << 10;

  private static final long STEPS = PROGRESS + 6 * Long.BYTES;
  private static final long MAGIC = 0x0000312d45474445L;

  /** Where in its first page malloc puts a large block, and where a page-aligned one is. */
  private static final long[] STARTS = {16, 0};

  private static final long START_LIMIT_NANOS = 60_000_000_000L;
  private static final long LOOK_MILLIS = 250;
  private static final int KILL_SECONDS = 20;

  private final Process process;
  private final Thread reaper;
  private final ByteBuffer word =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private FileChannel memory;
  private long ram;

  private Emulator(Process process) {
    this.process = process;
    this.reaper = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(reaper);
    Thread drain = new Thread(this::drain, "emulator-output");
    drain.setDaemon(true);
    drain.start();
  }

  /**
   * Starts one and waits until its guest is at work.
   *
   * @param agentOptions what the agent gets besides gate and state, or null for no agent
   */
  static Emulator start(Jars jars, long ramBytes, List<String> agentOptions)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (agentOptions != null) {
      List<String> options = new ArrayList<>(List.of(GATE, STATE));
      options.addAll(agentOptions);
      command.add("-javaagent:" + jars.agent() + "=" + String.join(",", options));
    }
    if (Runtime.version().feature() >= FIRST_TO_WARN) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-jar", jars.machine().toString()));
    command.addAll(List.of("--memory=" + (ramBytes >> 20) + "m", "--ram=unsafe"));
    Emulator emulator = new Emulator(new ProcessBuilder(command).redirectErrorStream(true).start());
    try {
      emulator.findRam(ramBytes);
      return emulator;
    } catch (IOException | InterruptedException e) {
      emulator.close();
      throw e;
    }
  }

  private void drain() {
    try (InputStream output = process.getInputStream()) {
      output.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      return; // killed
    }
  }

  long pid() {
    return process.pid();
  }

  private void findRam(long ramBytes) throws IOException, InterruptedException {
    memory =
        FileChannel.open(Path.of("/proc", Long.toString(pid()), "mem"), StandardOpenOption.READ);
    long deadline = System.nanoTime() + START_LIMIT_NANOS;
    while (System.nanoTime() - deadline < 0 && process.isAlive()) {
      Thread.sleep(LOOK_MILLIS);
      for (long[] region : regions()) {
        if (region[1] - region[0] >= ramBytes && search(region)) {
          return;
        }
      }
    }
    throw new IOException(
        "the sample emulator's guest did not start: try java -jar sample-emulator.jar");
  }

  /** Anonymous memory, neighbours as one. */
  private List<long[]> regions() throws IOException {
    List<long[]> regions = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "maps"))) {
      String[] words = line.split(" +");
      if (words.length > 5 || !words[1].startsWith("rw-p")) {
        continue;
      }
      String[] range = words[0].split("-");
      long start = Long.parseUnsignedLong(range[0], 16);
      long end = Long.parseUnsignedLong(range[1], 16);
      long[] last = regions.isEmpty() ? null : regions.get(regions.size() - 1);
      if (last != null && last[1] == start) {
        last[1] = end;
      } else {
        regions.add(new long[] {start, end});
      }
    }
    return regions;
  }

  private boolean search(long[] region) throws IOException {
    for (long at = region[0]; at + PROGRESS + PAGE_BYTES < region[1]; at += PAGE_BYTES) {
      for (long start : STARTS) {
        if (read(at + start + PROGRESS) == MAGIC) {
          ram = at + start;
          return true;
        }
      }
    }
    return false;
  }

  private long read(long address) throws IOException {
    word.clear();
    return memory.read(word, address) == Long.BYTES ? word.flip().getLong() : 0;
  }

  /** Pages that the guest has written to so far, counted after each 4096. */
  long steps() throws IOException {
    return read(ram + STEPS);
  }

  /** SIGSTOP or SIGCONT for the whole JVM. */
  void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("the sample emulator is gone");
    }
  }

  @Override
  public void close() {
    try {
      process.destroyForcibly().waitFor(KILL_SECONDS, TimeUnit.SECONDS);
      if (memory != null) {
        memory.close();
      }
    } catch (IOException e) {
      return; // nothing was written to it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(reaper);
  }
}
