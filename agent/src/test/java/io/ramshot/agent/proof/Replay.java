package io.ramshot.agent.proof;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ramshot.sample.Main;
import io.ramshot.sample.board.Board;
import io.ramshot.sample.device.SerialInput;
import io.ramshot.sample.memory.DirectRam;
import io.ramshot.sample.memory.Ram;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The edge guest's run without ramshot, in this JVM: what RAM and state are after any number of
 * instructions.
 */
final class Replay {
  private static final int INPUT_CAPACITY = 64 << 10;

  private final Ram ram;
  private final Board board;

  /**
   * @param memory guest RAM in bytes
   */
  Replay(long memory) throws Exception {
    ram = new DirectRam(memory);
    board = new Board(ram, true, new SerialInput(INPUT_CAPACITY), OutputStream.nullOutputStream());
    try (InputStream guest = Main.class.getResourceAsStream("/io/ramshot/sample/guests/edge.elf")) {
      board.loadFirmware(guest.readAllBytes());
    }
  }

  /** Goes on until so many instructions were executed since the reset. */
  void runTo(long steps) {
    board.stopAt(steps);
    while (board.running()) {
      board.step();
    }
    assertEquals(steps, board.hart().steps(), "it cannot go back, and has no end");
  }

  /** The same for equal RAM and state, and for nothing else. */
  String digest() throws Exception {
    byte[] now = new byte[(int) ram.size()];
    ram.read(0, now, now.length);
    return digest(ByteBuffer.wrap(now), board.save());
  }

  static String digest(ByteBuffer ram, byte[] state) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(ram.duplicate());
    digest.update(state);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Fails unless RAM and state are those of now. */
  void check(ByteBuffer otherRam, byte[] otherState, String what) {
    assertArrayEquals(board.save(), otherState, what + ": state");
    byte[] now = new byte[(int) ram.size()];
    ram.read(0, now, now.length);
    int mismatch = ByteBuffer.wrap(now).mismatch(otherRam);
    assertEquals(-1, mismatch, () -> String.format("%s: RAM differs at 0x%x", what, mismatch));
  }
}
