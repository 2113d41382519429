package io.ramshot.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.sample.cpu.Asm;
import io.ramshot.sample.memory.RamKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the emulator as its users do: in a JVM of its own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MainTest {

  @TempDir private Path directory;

  private record Outcome(int status, String output, String errors) {}

  private Outcome run(String input, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    Path in = Files.writeString(directory.resolve("in"), input);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new Outcome(process.waitFor(), Files.readString(out), Files.readString(err));
  }

  private String bios(int... instructions) throws IOException {
    ByteBuffer image = ByteBuffer.allocate(instructions.length * 4);
    image.order(ByteOrder.LITTLE_ENDIAN);
    for (int instruction : instructions) {
      image.putInt(instruction);
    }
    Path file = Files.write(directory.resolve("guest.bin"), image.array());
    return "--bios=" + file;
  }

  /** Returns a guest that writes {@code value} to the finisher. */
  private String finishing(int value) throws IOException {
    int low = value << 20 >> 20;
    return bios(
        Asm.lui(5, value - low >>> 12),
        Asm.addi(5, 5, low),
        Asm.lui(6, 0x100),
        Asm.store(2, 6, 5, 0),
        Asm.jal(0, 0));
  }

  @Test
  void powerOffIsSuccess() throws IOException, InterruptedException {
    assertEquals(new Outcome(0, "", ""), run("", finishing(0x5555)));
  }

  @Test
  void failureKeepsItsCode() throws IOException, InterruptedException {
    assertEquals(7, run("", finishing(0x7_3333)).status);
    assertEquals(1, run("", finishing(0x3333)).status);
    assertEquals(1, run("", finishing(0x100_3333)).status);
  }

  @Test
  void resetEndsTheMachineAndSaysSo() throws IOException, InterruptedException {
    Outcome outcome = run("", finishing(0x7777));
    assertEquals(0, outcome.status);
    assertTrue(outcome.errors.contains("reset"), outcome.errors);
  }

  @Test
  void serialPortIsStandardInputAndOutput() throws IOException, InterruptedException {
    // Echoes each byte plus one; powers off after a '!'.
    String echo =
        bios(
            Asm.lui(6, 0x10000),
            Asm.load(0, 5, 6, 5),
            Asm.i(0x13, 7, 5, 5, 1), // andi
            Asm.branch(0, 5, 0, -8),
            Asm.load(0, 7, 6, 0),
            Asm.addi(8, 7, 1),
            Asm.store(0, 6, 8, 0),
            Asm.addi(9, 0, '!'),
            Asm.branch(1, 7, 9, -28),
            Asm.lui(5, 5),
            Asm.addi(5, 5, 0x555),
            Asm.lui(6, 0x100),
            Asm.store(2, 6, 5, 0));
    assertEquals(new Outcome(0, "IBM\"", ""), run("HAL!", echo));
    assertEquals(new Outcome(0, "IBM\"", ""), run("HAL!", echo, "--ram=direct", "--memory=8m"));
    Path typed = Files.writeString(directory.resolve("typed"), "HAL!");
    Outcome fromFile = run("zzz", echo, "--deterministic", "--input=" + typed);
    assertEquals(new Outcome(0, "IBM\"", ""), fromFile);
  }

  @Test
  void dumpsAreTheSameForAnyKindOfRam() throws IOException, InterruptedException {
    String guest = bios(Asm.addi(5, 5, 8), Asm.store(3, 5, 5, 2040), Asm.jal(0, -8));
    List<String> kinds =
        Arrays.stream(RamKind.values())
            .filter(kind -> kind.firstJdk() <= Runtime.version().feature())
            .map(RamKind::key)
            .toList();
    for (String kind : kinds) {
      Outcome outcome =
          run(
              "",
              guest,
              "--memory=64m",
              "--ram=" + kind,
              "--deterministic",
              "--stop-at=54321",
              "--dump=" + directory.resolve(kind),
              "--registers",
              "--stats");
      assertEquals(0, outcome.status, outcome.errors);
      assertTrue(outcome.errors.contains("steps 54321  pc 00000000800000"), outcome.errors);
      assertTrue(outcome.errors.contains("54321 instructions in"), outcome.errors);
    }
    byte[] ram = Files.readAllBytes(directory.resolve("direct.ram"));
    byte[] state = Files.readAllBytes(directory.resolve("direct.state"));
    assertEquals(64 << 20, ram.length);
    for (String kind : kinds) {
      assertArrayEquals(ram, Files.readAllBytes(directory.resolve(kind + ".ram")), kind);
      assertArrayEquals(state, Files.readAllBytes(directory.resolve(kind + ".state")), kind);
    }
  }

  /** So that HotSpot binds each access to the one class there is, whatever else the jar holds. */
  @Test
  void aRunLinksOneKindOfRamOnly() throws IOException, InterruptedException {
    Path log = directory.resolve("classes");
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-Xlog:class+init=info:file=" + log,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                finishing(0x5555),
                "--ram=heap")
            .start();
    assertEquals(0, process.waitFor());
    String linked = Files.readString(log);
    assertTrue(linked.contains("io.ramshot.sample.memory.HeapRam"), "the log names linked classes");
    for (String other : List.of("Direct", "Unsafe", "HeapInt", "Segment", "Mapped", "Native")) {
      assertFalse(linked.contains("io.ramshot.sample.memory." + other + "Ram"), other);
    }
  }

  @Test
  void noHeapForTheRamIsSaidWithARemedy() throws IOException, InterruptedException {
    Outcome outcome = run("", finishing(0x5555), "--ram=heap-int", "--memory=8000m");
    assertEquals(1, outcome.status);
    assertTrue(outcome.errors.contains("raise -Xmx"), outcome.errors);
  }

  @Test
  void badCommandLinesEndWithStatusTwoAndOneLine() throws IOException, InterruptedException {
    Outcome outcome = run("", "--memory=lots");
    assertEquals(2, outcome.status);
    assertEquals("", outcome.output);
    assertEquals(1, outcome.errors.lines().filter(line -> !line.startsWith("WARNING")).count());
    Outcome missing = run("", "--bios=" + directory.resolve("nowhere"));
    assertEquals(2, missing.status);
    assertTrue(missing.errors.contains("nowhere cannot be read"), missing.errors);
  }

  @Test
  void helpGoesToStandardOutput() throws IOException, InterruptedException {
    assertEquals(new Outcome(0, Options.HELP, ""), run("", "--help"));
  }
}
