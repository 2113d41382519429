package io.ramshot.agent.tools;

import java.nio.charset.StandardCharsets;

/** A picture as SVG. */
final class SvgPicture implements Picture {
  private final StringBuilder out = new StringBuilder();

  SvgPicture(int width, int height) {
    out.append(
        String.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " viewBox=\"0 0 %d %d\" font-family=\"monospace\" font-size=\"12\">%n",
            width, height, width, height));
    rectangle(0, 0, width, height, 0xffffff);
  }

  @Override
  public void rectangle(int x, int y, int width, int height, int rgb) {
    out.append(
        String.format(
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>%n",
            x, y, width, height, rgb));
  }

  @Override
  public void text(int x, int y, String text, int rgb) {
    out.append(
        String.format(
            "<text x=\"%d\" y=\"%d\" fill=\"#%06x\">%s</text>%n",
            x, y + 11, rgb, Markup.escape(text)));
  }

  @Override
  public byte[] encode() {
    return (out + "</svg>\n").getBytes(StandardCharsets.UTF_8);
  }
}
