package io.ramshot.sample.fdt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a flattened device tree, version 17 of the Devicetree Specification's format. */
public final class FdtWriter {

  private static final int MAGIC = 0xd00dfeed;
  private static final int VERSION = 17;
  private static final int COMPATIBLE_VERSION = 16;
  private static final int HEADER = 40;

  /** The empty memory reservation block: one terminating entry. */
  private static final int RESERVATIONS = 16;

  private static final int BEGIN_NODE = 1;
  private static final int END_NODE = 2;
  private static final int PROPERTY = 3;
  private static final int END = 9;

  private final ByteArrayOutputStream structure = new ByteArrayOutputStream();
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private final Map<String, Integer> stringOffsets = new LinkedHashMap<>();

  /** Opens a node; the root's name is empty. */
  public FdtWriter begin(String name) {
    putInt(BEGIN_NODE);
    structure.writeBytes(terminated(name));
    pad();
    return this;
  }

  /** Closes the node opened last. */
  public FdtWriter end() {
    putInt(END_NODE);
    return this;
  }

  /** Adds a property without a value. */
  public FdtWriter flag(String name) {
    return bytes(name, new byte[0]);
  }

  /** Adds a property of 32-bit cells. */
  public FdtWriter cells(String name, int... cells) {
    ByteBuffer value = ByteBuffer.allocate(cells.length * Integer.BYTES);
    for (int cell : cells) {
      value.putInt(cell);
    }
    return bytes(name, value.array());
  }

  /** Adds a property of 64-bit numbers, each two cells. */
  public FdtWriter longs(String name, long... numbers) {
    ByteBuffer value = ByteBuffer.allocate(numbers.length * Long.BYTES);
    for (long number : numbers) {
      value.putLong(number);
    }
    return bytes(name, value.array());
  }

  /** Adds a property of one string or a list of strings. */
  public FdtWriter strings(String name, String... values) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    for (String string : values) {
      value.writeBytes(terminated(string));
    }
    return bytes(name, value.toByteArray());
  }

  private FdtWriter bytes(String name, byte[] value) {
    putInt(PROPERTY);
    putInt(value.length);
    putInt(stringOffset(name));
    structure.writeBytes(value);
    pad();
    return this;
  }

  private int stringOffset(String name) {
    Integer known = stringOffsets.get(name);
    if (known != null) {
      return known;
    }
    int offset = strings.size();
    stringOffsets.put(name, offset);
    strings.writeBytes(terminated(name));
    return offset;
  }

  private static byte[] terminated(String text) {
    return (text + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  private void putInt(int value) {
    structure.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  private void pad() {
    while (structure.size() % Integer.BYTES != 0) {
      structure.write(0);
    }
  }

  /**
   * Returns the whole tree; nothing can be added after that.
   *
   * @param bootHart id of the hart that boots
   */
  public byte[] toByteArray(int bootHart) {
    putInt(END);
    int structureAt = HEADER + RESERVATIONS;
    int stringsAt = structureAt + structure.size();
    int size = stringsAt + strings.size();
    return ByteBuffer.allocate(size)
        .putInt(MAGIC)
        .putInt(size)
        .putInt(structureAt)
        .putInt(stringsAt)
        .putInt(HEADER)
        .putInt(VERSION)
        .putInt(COMPATIBLE_VERSION)
        .putInt(bootHart)
        .putInt(strings.size())
        .putInt(structure.size())
        .put(new byte[RESERVATIONS])
        .put(structure.toByteArray())
        .put(strings.toByteArray())
        .array();
  }
}
