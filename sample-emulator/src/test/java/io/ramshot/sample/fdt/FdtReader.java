package io.ramshot.sample.fdt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a flattened device tree for tests: properties by path. */
public final class FdtReader {

  private final ByteBuffer tree;
  private final Map<String, byte[]> properties = new LinkedHashMap<>();

  /** Parses all of {@code bytes}, and is strict about it. */
  public FdtReader(byte[] bytes) {
    tree = ByteBuffer.wrap(bytes);
    require(tree.getInt(0) == 0xd00dfeed, "magic");
    require(tree.getInt(4) == bytes.length, "total size");
    require(tree.getInt(20) == 17 && tree.getInt(24) == 16, "versions");
    require(tree.getInt(16) % 8 == 0 && tree.getInt(8) % 4 == 0, "alignment");
    require(tree.getLong(tree.getInt(16)) == 0, "no reservations");
    Deque<String> path = new ArrayDeque<>();
    int end = tree.getInt(8) + tree.getInt(36);
    tree.position(tree.getInt(8));
    for (int token = tree.getInt(); token != 9; token = tree.getInt()) {
      switch (token) {
        case 1 -> path.addLast(string());
        case 2 -> path.removeLast();
        case 3 -> property(String.join("/", path));
        default -> throw new AssertionError("token " + token);
      }
    }
    require(path.isEmpty(), "balance of nodes");
    require(tree.position() == end, "structure size");
    require(end == tree.getInt(12), "strings follow");
  }

  private static void require(boolean right, String what) {
    if (!right) {
      throw new AssertionError(what);
    }
  }

  private String string() {
    String text = stringAt(tree.position());
    tree.position(tree.position() + text.length() + 1);
    align();
    return text;
  }

  private String stringAt(int position) {
    int end = position;
    while (tree.get(end) != 0) {
      end++;
    }
    return new String(tree.array(), position, end - position, StandardCharsets.US_ASCII);
  }

  private void align() {
    while (tree.position() % 4 != 0) {
      require(tree.get() == 0, "padding");
    }
  }

  private void property(String path) {
    byte[] value = new byte[tree.getInt()];
    String name = stringAt(tree.getInt(12) + tree.getInt());
    tree.get(value);
    align();
    properties.put(path + "/" + name, value);
  }

  public byte[] bytes(String path) {
    byte[] value = properties.get(path);
    require(value != null, path);
    return value;
  }

  public String text(String path) {
    return new String(bytes(path), StandardCharsets.US_ASCII);
  }

  public ByteBuffer numbers(String path) {
    return ByteBuffer.wrap(bytes(path));
  }
}
