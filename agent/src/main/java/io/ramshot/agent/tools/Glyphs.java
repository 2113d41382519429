package io.ramshot.agent.tools;

/**
 * Letters of five by seven dots for pictures without fonts. Each is a number: 35 bits, the upper
 * left dot first, row by row.
 */
final class Glyphs {
  static final int WIDTH = 5;
  static final int HEIGHT = 7;

  private static final long[] DOTS = new long[128];

  /** A frame, for what has no glyph. */
  private static final long UNKNOWN = 0x7e318c63fL;

  /** These go below the line, by as much as they are drawn too high. */
  private static final String DESCENDING = "gpqy,";

  private Glyphs() {}

  /** Told of each dot. */
  @FunctionalInterface
  interface Pen {
    void dot(int column, int row);
  }

  static void draw(char c, Pen pen) {
    long dots = c < DOTS.length && (c == ' ' || DOTS[c] != 0) ? DOTS[c] : UNKNOWN;
    int down = DESCENDING.indexOf(c) >= 0 ? 1 : 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      if ((dots >> WIDTH * HEIGHT - 1 - i & 1) != 0) {
        pen.dot(i % WIDTH, i / WIDTH + down);
      }
    }
  }

  private static void put(char c, long dots) {
    DOTS[c] = dots;
  }

  static {
    put('!', 0x108421004L);
    put('#', 0x295f57d4aL);
    put('$', 0x11f4717c4L);
    put('%', 0x672222273L);
    put('(', 0x088842082L);
    put(')', 0x208210888L);
    put('+', 0x0084f9080L);
    put(',', 0x000003088L);
    put('-', 0x000070000L);
    put('.', 0x00000018cL);
    put('/', 0x042222210L);
    put('0', 0x3a33ae62eL);
    put('1', 0x11842108eL);
    put('2', 0x3a211111fL);
    put('3', 0x78217043eL);
    put('4', 0x08ca97c42L);
    put('5', 0x7e1e0862eL);
    put('6', 0x3a10f462eL);
    put('7', 0x7c2221108L);
    put('8', 0x3a317462eL);
    put('9', 0x3a317842eL);
    put(':', 0x018c03180L);
    put('<', 0x088882082L);
    put('=', 0x001f07c00L);
    put('>', 0x208208888L);
    put('@', 0x3a37ade0eL);
    put('A', 0x3a31fc631L);
    put('B', 0x7a31f463eL);
    put('C', 0x3e108420fL);
    put('D', 0x7a318c63eL);
    put('E', 0x7e10f421fL);
    put('F', 0x7e10f4210L);
    put('G', 0x3e109c62fL);
    put('H', 0x4631fc631L);
    put('I', 0x38842108eL);
    put('J', 0x1c4210a4cL);
    put('K', 0x4654c5251L);
    put('L', 0x42108421fL);
    put('M', 0x4775ac631L);
    put('N', 0x4739ace71L);
    put('O', 0x3a318c62eL);
    put('P', 0x7a31f4210L);
    put('Q', 0x3a318d64dL);
    put('R', 0x7a31f5251L);
    put('S', 0x3e107043eL);
    put('T', 0x7c8421084L);
    put('U', 0x46318c62eL);
    put('V', 0x46318a944L);
    put('W', 0x4631ad771L);
    put('X', 0x462a22a31L);
    put('Y', 0x462a21084L);
    put('Z', 0x7c222221fL);
    put('[', 0x39084210eL);
    put(']', 0x38421084eL);
    put('_', 0x00000001fL);
    put('a', 0x000e0be2fL);
    put('b', 0x421e8c63eL);
    put('c', 0x000f8420fL);
    put('d', 0x042f8c62fL);
    put('e', 0x000e8fe0eL);
    put('f', 0x191e42108L);
    put('g', 0x01f18bc2eL);
    put('h', 0x421e8c631L);
    put('i', 0x100c2108eL);
    put('j', 0x08061084cL);
    put('k', 0x4212a6292L);
    put('l', 0x30842108eL);
    put('m', 0x001ead6b5L);
    put('n', 0x001e8c631L);
    put('o', 0x000e8c62eL);
    put('p', 0x03d18fa10L);
    put('q', 0x01f18bc21L);
    put('r', 0x0016cc210L);
    put('s', 0x000f8383eL);
    put('t', 0x211e42106L);
    put('u', 0x00118c62fL);
    put('v', 0x00118c544L);
    put('w', 0x0011ad6aaL);
    put('x', 0x001151151L);
    put('y', 0x02318bc2eL);
    put('z', 0x001f1111fL);
  }
}
