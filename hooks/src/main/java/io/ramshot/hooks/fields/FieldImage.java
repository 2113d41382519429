package io.ramshot.hooks.fields;

import io.ramshot.hooks.fields.FieldValue.ArrayOf;
import io.ramshot.hooks.fields.FieldValue.Container;
import io.ramshot.hooks.fields.FieldValue.Held;
import io.ramshot.hooks.fields.FieldValue.Plain;
import io.ramshot.hooks.fields.FieldValue.Same;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The captured fields of one object, read from the bytes of an image, which are not trusted. */
public final class FieldImage {

  /** What a JVM allows. */
  private static final int MAX_DIMENSIONS = 255;

  /**
   * A field.
   *
   * @param type of the field, by name
   */
  public record Entry(String type, FieldValue value) {}

  private final String owner;
  private final Map<String, Entry> fields = new LinkedHashMap<>();
  private final List<Held> held = new ArrayList<>();

  private FieldImage(String owner) {
    this.owner = owner;
  }

  /**
   * @param owner the participant, for messages
   */
  public static FieldImage read(byte[] state, String owner) throws IOException {
    FieldImage image = new FieldImage(owner);
    try {
      image.read(ByteBuffer.wrap(state).asReadOnlyBuffer());
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw image.damaged();
    }
    return image;
  }

  /** By name, with the declaring class. */
  public Map<String, Entry> fields() {
    return fields;
  }

  /** Arrays and containers, by number. */
  public List<Held> held() {
    return held;
  }

  public IOException damaged() {
    return new IOException(
        "the fields of " + owner + " in the image are damaged: take another one");
  }

  private void read(ByteBuffer in) throws IOException {
    if (in.get() != FieldCodes.MAGIC) {
      throw new IOException(
          "the image has a state that methods saved: give the state= option the machine was saved"
              + " with");
    }
    byte version = in.get();
    if (version != FieldCodes.VERSION && version != FieldCodes.VERSION_2) {
      throw new IOException(
          "the image has fields in version "
              + version
              + ", this build reads versions 1 and 2: use the ramshot that wrote it");
    }
    for (int count = in.getChar(); count > 0; count--) {
      String name = text(in);
      String type = text(in);
      fields.put(name, new Entry(type, value(in, type, MAX_DIMENSIONS + 1)));
    }
    if (in.hasRemaining()) {
      throw damaged();
    }
  }

  private FieldValue value(ByteBuffer in, String type, int outer) throws IOException {
    byte code = in.get();
    return switch (code) {
      case FieldCodes.PRIMITIVE -> new Plain(primitive(in, primitiveCode(type)));
      case FieldCodes.NULL -> new Plain(null);
      case FieldCodes.BOXED -> new Plain(primitive(in, (char) in.get()));
      case FieldCodes.ATOMIC -> new FieldValue.Atomic(primitive(in, (char) in.get()));
      case FieldCodes.STRING -> new Plain(string(in, in.getInt()));
      case FieldCodes.ENUM -> new FieldValue.Constant(text(in), text(in));
      case FieldCodes.ARRAY -> array(in, outer);
      case FieldCodes.CONTAINER -> container(in);
      case FieldCodes.SAME -> new Same(text(in), in.getInt());
      case FieldCodes.RAM -> new FieldValue.Ram(text(in));
      case FieldCodes.PARTICIPANT -> new FieldValue.Other(text(in));
      case FieldCodes.ADDRESS -> new FieldValue.Address(text(in), in.getLong(), in.getLong());
      default -> throw damaged();
    };
  }

  private char primitiveCode(String type) throws IOException {
    for (char code : "ZBCSIJFD".toCharArray()) {
      if (FieldCodes.primitive(code).getName().equals(type)) {
        return code;
      }
    }
    throw damaged();
  }

  private static Object primitive(ByteBuffer in, char type) {
    return switch (type) {
      case 'Z' -> in.get() != 0;
      case 'B' -> in.get();
      case 'C' -> in.getChar();
      case 'S' -> in.getShort();
      case 'I' -> in.getInt();
      case 'J' -> in.getLong();
      case 'F' -> in.getFloat();
      case 'D' -> in.getDouble();
      default -> throw new IllegalArgumentException("no primitive type " + type);
    };
  }

  /**
   * @param outer dimensions of the array that this is a part of
   */
  private FieldValue array(ByteBuffer in, int outer) throws IOException {
    String name = text(in);
    int dimensions = name.lastIndexOf('[') + 1;
    if (dimensions < 1 || dimensions >= outer || name.length() != dimensions + 1) {
      throw damaged();
    }
    char element = name.charAt(dimensions);
    Class<?> type = FieldCodes.primitive(element);
    for (int i = 0; i < dimensions; i++) {
      type = type.arrayType();
    }
    int length = in.getInt();
    int id = held.size();
    // Its number counts from before its parts.
    held.add(null);
    ArrayOf array;
    if (dimensions == 1) {
      long bytes = (long) length * FieldCodes.size(element);
      if (length < 0 || bytes > in.remaining()) {
        throw damaged();
      }
      array = new ArrayOf(id, type, length, in.slice(in.position(), (int) bytes), null);
      in.position(in.position() + (int) bytes);
    } else {
      if (length < 0 || length > in.remaining()) {
        throw damaged();
      }
      List<FieldValue> parts = new ArrayList<>();
      for (int i = 0; i < length; i++) {
        FieldValue part = value(in, "", dimensions);
        if (!(part instanceof ArrayOf
            || part instanceof Same
            || part instanceof FieldValue.Ram
            || part.equals(new Plain(null)))) {
          throw damaged();
        }
        parts.add(part);
      }
      array = new ArrayOf(id, type, length, null, parts);
    }
    held.set(id, array);
    return array;
  }

  private FieldValue container(ByteBuffer in) throws IOException {
    String type = text(in);
    int count = in.getInt();
    if (!Containers.isKnown(type) || count < 0 || count > in.remaining()) {
      throw damaged();
    }
    int id = held.size();
    held.add(null);
    List<FieldValue> contents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FieldValue value = value(in, "", MAX_DIMENSIONS + 1);
      if (value instanceof Container
          || value instanceof FieldValue.Atomic
          || value instanceof FieldValue.Address) {
        throw damaged();
      }
      contents.add(value);
    }
    Container container = new Container(id, type, contents);
    held.set(id, container);
    return container;
  }

  /** A name: it is looked up, and stands in messages. */
  private static String text(ByteBuffer in) {
    String text = string(in, in.getChar());
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        throw new IllegalArgumentException("no name");
      }
    }
    return text;
  }

  private static String string(ByteBuffer in, int bytes) {
    if (bytes < 0 || bytes > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] text = new byte[bytes];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }
}
