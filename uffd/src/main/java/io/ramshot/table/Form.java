package io.ramshot.table;

import java.util.List;

/**
 * What a place of a table holds: nothing, an array of so many elements, or more places.
 *
 * @param kind what it is
 * @param type of {@link Kind#ARRAY} the letter of its elements, as in {@link Class#getName}; of
 *     {@link Kind#ROW} and {@link Kind#HOLDER} the name of the class; of {@link Kind#BUFFER} {@code
 *     B} for big-endian and {@code L} for little-endian; else empty
 * @param length of an array or buffer in elements; of {@link Kind#SAME} which array it is, counted
 *     from 0 in the order in which they appear
 * @param keys of a map, in the order of the parts; each an Integer, Long, Short, Character or
 *     String
 * @param parts the places in it
 */
record Form(Kind kind, String type, int length, List<Object> keys, List<Form> parts) {

  /** The sorts of places. */
  enum Kind {
    ABSENT,
    ARRAY,
    BUFFER,
    SAME,
    ROW,
    LIST,
    MAP,
    HOLDER
  }

  static final Form ABSENT = new Form(Kind.ABSENT, "", 0, List.of(), List.of());

  static Form array(char element, int length) {
    return new Form(Kind.ARRAY, String.valueOf(element), length, List.of(), List.of());
  }

  static Form same(int index) {
    return new Form(Kind.SAME, "", index, List.of(), List.of());
  }

  static Form of(Kind kind, String type, List<Form> parts) {
    return new Form(kind, type, 0, List.of(), parts);
  }

  /** Whether it is an array of its own, or a buffer around one. */
  boolean isArray() {
    return kind == Kind.ARRAY || kind == Kind.BUFFER;
  }

  /** Of one element of an array or buffer, in bytes. */
  int elementBytes() {
    return kind == Kind.BUFFER ? 1 : elementBytes(type.charAt(0));
  }

  static int elementBytes(char element) {
    return switch (element) {
      case 'J', 'D' -> Long.BYTES;
      case 'I', 'F' -> Integer.BYTES;
      case 'S', 'C' -> Short.BYTES;
      default -> Byte.BYTES;
    };
  }

  /** For messages: how the host's own code would name it. */
  String describe() {
    return switch (kind) {
      case ABSENT -> "nothing";
      case ARRAY -> Primitives.arrayType(type.charAt(0)).getTypeName().replace("]", length + "]");
      case BUFFER -> "a ByteBuffer of " + length + " bytes";
      case SAME -> "an array that it has elsewhere too";
      case ROW -> "an array of " + parts.size() + " places";
      case LIST -> "a list of " + parts.size();
      case MAP -> "a map of " + parts.size();
      case HOLDER -> "an object of " + type;
    };
  }
}
