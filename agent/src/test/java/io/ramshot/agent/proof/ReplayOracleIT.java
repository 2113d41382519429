package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ramshot.agent.ForkedJvm;
import io.ramshot.agent.JmxClient;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The strongest oracle: a deterministic machine's image, taken at instruction N of a run that went
 * on, is what a run without ramshot comes to after N instructions, to the byte.
 */
class ReplayOracleIT {

  /** How far a restored machine runs on: to its next report, and no multiple of a quantum. */
  private static final long FURTHER = 30_012_345;

  @TempDir private Path directory;

  /** With enough pool for all RAM, and with hardly any: then the guest waits for the disk. */
  @ParameterizedTest
  @CsvSource({"direct, unsafe, 64m, 128m", "unsafe, direct, 2m, 128m"})
  void theEdgeGuest(String kind, String otherKind, String pool, String rate) throws Exception {
    List<String> arguments = List.of("--deterministic", "--memory=64m", "--ram=" + kind);
    List<Path> images = new ArrayList<>();
    try (ForkedJvm machine =
            SampleMachine.start(
                ForkedJvm.java().withAgent(SampleMachine.AGENT + ",pool=" + pool + ",rate=" + rate),
                arguments);
        JmxClient client = SampleMachine.connect(machine)) {
      for (int i = 0; i < 2; i++) {
        Path image = directory.resolve(i + ".ramshot");
        SampleMachine.snapshot(machine, client, image);
        images.add(image);
        SampleMachine.awaitProgress(machine);
      }
      assertEquals(List.of(), machine.messages());
    }
    long first = assertReplays(images.get(0), arguments);
    long second = assertReplays(images.get(1), arguments);
    assertTrue(0 < first && first < second);
    assertRestores(
        images.get(0),
        List.of("--deterministic", "--memory=64m", "--ram=" + otherKind),
        first + FURTHER);
  }

  /** A real guest: OpenSBI and U-Boot, in early boot and in a test that writes all of RAM. */
  @Test
  void firmware() throws Exception {
    Path typed = directory.resolve("typed");
    // The first lines stop the autoboot; then memory is filled and checked, for ever.
    Files.writeString(
        typed,
        "\n\nwhile true; do random 81000000 80000 7; mw.q 82000000 123456789abcdef 180000;"
            + " crc32 81000000 80000 80400000; done\n");
    List<String> arguments =
        List.of(
            "--deterministic",
            "--memory=64m",
            "--bios=" + SampleMachine.firmware("fw_jump.bin"),
            "--kernel=" + SampleMachine.firmware("u-boot.bin"),
            "--input=" + typed);
    Path early = directory.resolve("early.ramshot");
    Path late = directory.resolve("late.ramshot");
    try (ForkedJvm machine =
            SampleMachine.start(
                ForkedJvm.java().withAgent(SampleMachine.AGENT + ",rate=64m,pool=8m"), arguments);
        JmxClient client = SampleMachine.connect(machine)) {
      SampleMachine.snapshot(machine, client, early);
      machine.awaitOut(line -> line.contains("filled with random data"));
      SampleMachine.snapshot(machine, client, late);
      assertEquals(List.of(), machine.messages());
    }
    assertTrue(assertReplays(early, arguments) < assertReplays(late, arguments));
  }

  /**
   * @return instructions at the freeze
   */
  private long assertReplays(Path image, List<String> arguments) throws Exception {
    SavedMachine saved = SavedMachine.read(image);
    Path prefix = directory.resolve("replayed");
    SampleMachine.dump(ForkedJvm.java(), arguments, saved.steps(), prefix);
    assertArrayEquals(
        Files.readAllBytes(suffixed(prefix, ".state")), saved.state(), image + ": state");
    assertSame(saved.ram(), suffixed(prefix, ".ram"), image);
    return saved.steps();
  }

  private static void assertSame(ByteBuffer ram, Path dump, Path image) throws Exception {
    try (FileChannel channel = FileChannel.open(dump)) {
      ByteBuffer replayed = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      int mismatch = ram.mismatch(replayed);
      assertEquals(
          -1, mismatch, () -> String.format("%s: RAM differs first at 0x%x", image, mismatch));
    }
  }

  /** Restored and run on, or never interrupted: it comes to the same. */
  private void assertRestores(Path image, List<String> arguments, long stopAt) throws Exception {
    Path restored = directory.resolve("restored");
    Path uninterrupted = directory.resolve("uninterrupted");
    String agent = SampleMachine.AGENT + ",restore=" + image;
    String rest =
        SampleMachine.dump(ForkedJvm.java().withAgent(agent), arguments, stopAt, restored);
    String all = SampleMachine.dump(ForkedJvm.java(), arguments, stopAt, uninterrupted);
    for (String suffix : List.of(".ram", ".state")) {
      assertEquals(
          -1, Files.mismatch(suffixed(uninterrupted, suffix), suffixed(restored, suffix)), suffix);
    }
    assertTrue(rest.contains("edge: pass ") && all.endsWith(rest), all + "\n--- restored\n" + rest);
  }

  private static Path suffixed(Path prefix, String suffix) {
    return prefix.resolveSibling(prefix.getFileName() + suffix);
  }
}
