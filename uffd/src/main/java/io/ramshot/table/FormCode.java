package io.ramshot.table;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The bytes that stand for tables in an image (docs/FORMAT.md, section {@code tabl}). */
final class FormCode {

  private static final int VERSION = 1;
  private static final int MOST_DEEP = 8;
  private static final String ELEMENTS = "BSCIJFD";

  private FormCode() {}

  /** In the map's order. */
  static ByteBuffer encode(Map<String, Form> tables) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    u32(out, VERSION);
    u32(out, tables.size());
    tables.forEach(
        (name, form) -> {
          text(out, name);
          form(out, form);
        });
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static void form(ByteArrayOutputStream out, Form form) {
    out.write(form.kind().ordinal());
    switch (form.kind()) {
      case ABSENT -> {}
      case ARRAY, BUFFER -> {
        out.write(form.type().charAt(0));
        u32(out, form.length());
      }
      case SAME -> u32(out, form.length());
      default -> {
        text(out, form.type());
        u32(out, form.parts().size());
        for (int i = 0; i < form.parts().size(); i++) {
          if (form.kind() == Form.Kind.MAP) {
            key(out, form.keys().get(i));
          }
          form(out, form.parts().get(i));
        }
      }
    }
  }

  private static void key(ByteArrayOutputStream out, Object key) {
    if (key instanceof String text) {
      out.write('T');
      text(out, text);
    } else {
      boolean character = key instanceof Character;
      out.write(character ? 'C' : key instanceof Short ? 'S' : key instanceof Integer ? 'I' : 'J');
      long value = character ? (char) key : ((Number) key).longValue();
      u32(out, (int) value);
      u32(out, (int) (value >> 32));
    }
  }

  private static void u32(ByteArrayOutputStream out, int value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(value >> shift);
    }
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    u32(out, bytes.length);
    out.write(bytes, 0, bytes.length);
  }

  /**
   * @throws TableException if these are not such bytes
   */
  static Map<String, Form> decode(ByteBuffer bytes) throws TableException {
    ByteBuffer in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    try {
      if (in.getInt() != VERSION) {
        throw new TableException("is of a version that this ramshot does not know");
      }
      int count = count(in);
      Map<String, Form> tables = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        int[] arrays = {0};
        String name = text(in);
        if (tables.put(name, form(in, MOST_DEEP, arrays)) != null) {
          throw new TableException("has two tables named " + name);
        }
      }
      if (in.hasRemaining()) {
        throw new TableException("has " + in.remaining() + " bytes too many");
      }
      return tables;
    } catch (BufferUnderflowException e) {
      throw new TableException("ends too early");
    }
  }

  private static Form form(ByteBuffer in, int deep, int[] arrays) throws TableException {
    int code = in.get();
    Form.Kind[] kinds = Form.Kind.values();
    if (code < 0 || code >= kinds.length || deep == 0) {
      throw new TableException("has a place of unknown kind " + code);
    }
    Form.Kind kind = kinds[code];
    switch (kind) {
      case ABSENT:
        return Form.ABSENT;
      case ARRAY:
      case BUFFER:
        arrays[0]++;
        return array(kind, (char) in.get(), in.getInt());
      case SAME:
        int index = in.getInt();
        if (index < 0 || index >= arrays[0]) {
          throw new TableException("repeats an array that does not come before");
        }
        return Form.same(index);
      default:
        return several(kind, in, deep, arrays);
    }
  }

  private static Form array(Form.Kind kind, char type, int length) throws TableException {
    if (length < 0 || (kind == Form.Kind.ARRAY ? ELEMENTS : "BL").indexOf(type) < 0) {
      throw new TableException("has an impossible array");
    }
    return new Form(kind, String.valueOf(type), length, List.of(), List.of());
  }

  private static Form several(Form.Kind kind, ByteBuffer in, int deep, int[] arrays)
      throws TableException {
    String type = text(in);
    int count = count(in);
    if (kind == Form.Kind.HOLDER && count != 1) {
      throw new TableException("has an object with " + count + " fields");
    }
    List<Object> keys = new ArrayList<>();
    List<Form> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (kind == Form.Kind.MAP) {
        keys.add(key(in));
      }
      parts.add(form(in, deep - 1, arrays));
    }
    return new Form(kind, type, 0, keys, parts);
  }

  private static Object key(ByteBuffer in) throws TableException {
    char type = (char) in.get();
    if (type == 'T') {
      return text(in);
    }
    long value = in.getLong();
    return switch (type) {
      case 'C' -> (char) value;
      case 'S' -> (short) value;
      case 'I' -> (int) value;
      case 'J' -> value;
      default -> throw new TableException("has a key of unknown kind " + type);
    };
  }

  /** Every entry takes a byte at least. */
  private static int count(ByteBuffer in) throws TableException {
    int count = in.getInt();
    if (count < 0 || count > in.remaining()) {
      throw new TableException("has an impossible count " + Integer.toUnsignedString(count));
    }
    return count;
  }

  private static String text(ByteBuffer in) throws TableException {
    byte[] bytes = new byte[count(in)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
