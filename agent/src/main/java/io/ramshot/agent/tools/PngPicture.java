package io.ramshot.agent.tools;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * A picture as PNG, with a palette of at most 256 colours. Written by hand: a JVM without a screen
 * may lack AWT and all its fonts.
 */
final class PngPicture implements Picture {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int BITS = 8;
  private static final int INDEXED = 3;

  private final int width;
  private final int height;
  private final byte[] pixels;

  /** Colours and their indices. */
  private final Map<Integer, Integer> palette = new LinkedHashMap<>();

  PngPicture(int width, int height) {
    this.width = width;
    this.height = height;
    pixels = new byte[Math.multiplyExact(width, height)];
    rectangle(0, 0, width, height, 0xffffff);
  }

  private byte index(int rgb) {
    Integer index = palette.get(rgb);
    if (index == null) {
      index = palette.size();
      if (index > 255) {
        throw new IllegalStateException("more than 256 colours");
      }
      palette.put(rgb, index);
    }
    return index.byteValue();
  }

  @Override
  public void rectangle(int x, int y, int wide, int high, int rgb) {
    byte index = index(rgb);
    for (int row = Math.max(0, y); row < Math.min(height, y + high); row++) {
      for (int column = Math.max(0, x); column < Math.min(width, x + wide); column++) {
        pixels[row * width + column] = index;
      }
    }
  }

  @Override
  public void text(int x, int y, String text, int rgb) {
    for (int i = 0; i < text.length(); i++) {
      int left = x + i * (Glyphs.WIDTH + 1);
      Glyphs.draw(
          text.charAt(i), (column, row) -> rectangle(left + column, y + 3 + row, 1, 1, rgb));
    }
  }

  @Override
  public byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      out.write(SIGNATURE);
      chunk(out, "IHDR", header());
      chunk(out, "PLTE", colours());
      chunk(out, "IDAT", data());
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e); /* there is no disk in this */
    }
    return out.toByteArray();
  }

  private byte[] header() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(width);
    out.writeInt(height);
    out.write(new byte[] {BITS, INDEXED, 0, 0, 0});
    return bytes.toByteArray();
  }

  private byte[] colours() {
    byte[] bytes = new byte[3 * palette.size()];
    palette.forEach(
        (rgb, index) -> {
          bytes[3 * index] = (byte) (rgb >> 16);
          bytes[3 * index + 1] = (byte) (rgb >> 8);
          bytes[3 * index + 2] = rgb.byteValue();
        });
    return bytes;
  }

  /** Each row after the number of its filter, none. */
  private byte[] data() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      for (int row = 0; row < height; row++) {
        out.write(0);
        out.write(pixels, row * width, width);
      }
    }
    return bytes.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream to, String type, byte[] content)
      throws IOException {
    ByteArrayOutputStream typed = new ByteArrayOutputStream();
    for (char letter : type.toCharArray()) {
      typed.write(letter);
    }
    typed.write(content);
    CRC32 crc = new CRC32();
    crc.update(typed.toByteArray());
    DataOutputStream out = new DataOutputStream(to);
    out.writeInt(content.length);
    out.write(typed.toByteArray());
    out.writeInt((int) crc.getValue());
  }
}
