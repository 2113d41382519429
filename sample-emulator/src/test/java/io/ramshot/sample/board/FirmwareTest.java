package io.ramshot.sample.board;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.ramshot.sample.device.Finisher;
import io.ramshot.sample.device.SerialInput;
import io.ramshot.sample.memory.DirectRam;
import io.ramshot.sample.memory.Ram;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Debian's OpenSBI and U-Boot, unchanged, in deterministic machines.
 *
 * <p>They are looked for in the directory that the system property {@code sample.firmware} names,
 * by default {@code target/firmware}.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Tag("once")
class FirmwareTest {

  private static final String PROMPT = "\n=> ";

  /** Some fifty times what the longest command here takes. */
  private static final long PATIENCE = 20_000_000_000L;

  private static byte[] firmware(String name) throws IOException {
    Path file = Path.of(System.getProperty("sample.firmware", "target/firmware"), name);
    if (!Files.isReadable(file)) {
      fail(file.toAbsolutePath() + " is missing: run sample-emulator/scripts/fetch-firmware");
    }
    return Files.readAllBytes(file);
  }

  /** A machine with somebody at its terminal. */
  private static final class Session {

    private static final int RAM_SIZE = 128 << 20;

    private final Ram ram = new DirectRam(RAM_SIZE);
    private final SerialInput input = new SerialInput(4096);
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Board board = new Board(ram, true, input, output);

    private static Session boot(String bios) throws IOException, InterruptedException {
      Session session = new Session();
      session.board.loadFirmware(firmware(bios));
      session.board.loadKernel(firmware("u-boot.bin"));
      session.expect("Hit any key");
      session.type(" ");
      session.expect(PROMPT);
      return session;
    }

    private String text() {
      return output.toString(StandardCharsets.US_ASCII).replace("\r", "");
    }

    private void type(String text) throws InterruptedException {
      input.put(text.getBytes(StandardCharsets.US_ASCII), text.length());
    }

    /** Runs until the output ends with, or holds, {@code wanted}; then forgets the output. */
    private String expect(String wanted) {
      long limit = board.hart().steps() + PATIENCE;
      while (!text().contains(wanted)) {
        if (!board.running() || board.hart().steps() > limit) {
          fail("no " + wanted.strip() + " in: " + text());
        }
        board.step();
      }
      String text = text();
      output.reset();
      return text;
    }

    /** Types a line and returns what is printed until the next prompt. */
    private String command(String line) throws InterruptedException {
      type(line + "\n");
      return expect(PROMPT);
    }

    private byte[] contents() {
      byte[] bytes = new byte[RAM_SIZE];
      ram.read(0, bytes, bytes.length);
      return bytes;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fw_jump.bin", "fw_dynamic.bin"})
  void bootsToThePromptAndPowersOff(String bios) throws IOException, InterruptedException {
    Session session = Session.boot(bios);
    String info = session.command("bdinfo");
    assertTrue(info.contains("-> start    = 0x0000000080000000"), info);
    assertTrue(info.contains("-> size     = 0x0000000008000000"), info);
    session.type("poweroff\n");
    while (session.board.running()) {
      session.board.step();
    }
    assertEquals(Finisher.Verdict.PASS, session.board.finisher().verdict());
  }

  @Test
  void copiesOfRandomDataAreTheSame() throws IOException, InterruptedException {
    Session session = Session.boot("fw_jump.bin");
    String loop =
        "setenv i 0; while itest $i != 3; do "
            + "random 84000000 40000; cp.b 84000000 85000000 40000; "
            + "if cmp.b 84000000 85000000 40000; then echo all right; else echo bad; fi; "
            + "setexpr i $i + 1; done";
    String said = session.command(loop);
    assertEquals(3, said.split("\nall right\n", -1).length - 1, said);
    assertFalse(said.contains("\nbad\n"), said);
    String first = session.command("crc32 84000000 40000");
    String second = session.command("crc32 85000000 40000");
    assertEquals(checksum(first), checksum(second));
    session.command("mw.b 85001234 55; mw.b 84001234 aa");
    String difference = session.command("cmp.b 84000000 85000000 40000");
    assertTrue(difference.contains("byte at 0x84001234 (0xaa) != byte at 0x85001234 (0x55)"));
  }

  private static String checksum(String said) {
    int at = said.indexOf("==> ");
    assertTrue(at > 0, said);
    return said.substring(at + 4, at + 12);
  }

  @Test
  void aRestoredMachineGoesOnInMidCommand() throws IOException, InterruptedException {
    Session session = Session.boot("fw_jump.bin");
    session.type("random 84000000 100000; crc32 84000000 100000\n");
    long middle = session.board.hart().steps() + 3_000_000;
    session.board.stopAt(middle);
    while (session.board.running()) {
      session.board.step();
    }
    Session restored = new Session();
    restored.ram.write(0, session.contents());
    restored.board.load(session.board.save());
    for (Session each : new Session[] {session, restored}) {
      each.output.reset();
      each.board.stopAt(Long.MAX_VALUE);
    }
    assertEquals(checksum(session.expect(PROMPT)), checksum(restored.expect(PROMPT)));
    long later = session.board.hart().steps() + 100_000;
    for (Session each : new Session[] {session, restored}) {
      each.board.stopAt(later);
      while (each.board.running()) {
        each.board.step();
      }
    }
    assertArrayEquals(session.board.save(), restored.board.save());
    assertArrayEquals(session.contents(), restored.contents());
  }
}
