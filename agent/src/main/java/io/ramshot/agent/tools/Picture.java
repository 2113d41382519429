package io.ramshot.agent.tools;

/** Something that a map can be drawn on. Coordinates are pixels, from the top left corner. */
interface Picture {
  /** What a line of text takes, in pixels. */
  int LINE_HEIGHT = 14;

  /** The most that a character of a text takes, in pixels. */
  int CHARACTER_WIDTH = 8;

  /**
   * @param rgb 0xRRGGBB
   */
  void rectangle(int x, int y, int width, int height, int rgb);

  /**
   * @param y of the text's upper edge
   * @param rgb 0xRRGGBB
   */
  void text(int x, int y, String text, int rgb);

  /** The file's content. */
  byte[] encode();
}
