package io.ramshot.hosts;

import java.nio.ByteBuffer;
import java.util.Map;

/** The oracle of the edge cartridge, see {@code com.example.gameboy.EdgeRom}. */
final class GameBoyEdge {
  /** Cells of a bank of work RAM. Each is an int in Coffee GB. */
  private static final int BANK = 0x1000;

  private static final int FIRST = 0x10;
  private static final int LIMIT = 0x1f00;

  private final ByteBuffer low;
  private final ByteBuffer high;

  private GameBoyEdge(ByteBuffer low, ByteBuffer high) {
    this.low = low;
    this.high = high;
  }

  /**
   * Judges work RAM, the only two blocks of their size.
   *
   * @return cells incremented, modulo 256 passes
   * @throws AssertionError if it mixes instants
   */
  static int check(Map<String, ByteBuffer> blocks) {
    return of(blocks).check();
  }

  /** How many passes the guest had done, as it counted itself. */
  static int passes(Map<String, ByteBuffer> blocks) {
    GameBoyEdge edge = of(blocks);
    return edge.cell(1) << 8 | edge.cell(0);
  }

  private static GameBoyEdge of(Map<String, ByteBuffer> blocks) {
    ByteBuffer[] banks =
        blocks.values().stream()
            .filter(block -> block.capacity() == BANK * Integer.BYTES)
            .toArray(ByteBuffer[]::new);
    if (banks.length != 2) {
      throw new AssertionError("work RAM is not among " + blocks);
    }
    return new GameBoyEdge(banks[0], banks[1]);
  }

  /**
   * Cells up to some edge are one ahead of the count of passes, and those from there on are not.
   */
  private int check() {
    int passes = cell(0);
    int edge = FIRST;
    while (edge < LIMIT && cell(edge) == (passes + 1 & 0xff)) {
      edge++;
    }
    for (int at = edge; at < LIMIT; at++) {
      if (cell(at) != passes) {
        throw new AssertionError(
            "cell %04x is %d in pass %d, after a step at %04x"
                .formatted(0xc000 + at, cell(at), passes, 0xc000 + edge));
      }
    }
    return passes * (LIMIT - FIRST) + edge - FIRST;
  }

  private int cell(int at) {
    return at < BANK ? low.getInt(4 * at) : high.getInt(4 * (at - BANK));
  }
}
