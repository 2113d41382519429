package io.ramshot.hooks.fields;

/** The bytes of an object's captured fields; docs/FORMAT.md does not specify them. */
public final class FieldCodes {

  /** The first byte. */
  public static final byte MAGIC = 'F';

  /** The second, where readers of version 1 know all codes that follow. */
  public static final byte VERSION = 1;

  /** The second, where {@link #CONTAINER} or {@link #ADDRESS} follow. */
  public static final byte VERSION_2 = 2;

  public static final byte NULL = 0;

  /** A primitive field: its value. */
  public static final byte PRIMITIVE = 'p';

  /** A boxed value: a type code and the value. */
  public static final byte BOXED = 'b';

  /** An AtomicInteger, AtomicLong or AtomicBoolean: a type code and the value. */
  public static final byte ATOMIC = 'a';

  /** A length in bytes (4), and UTF-8. */
  public static final byte STRING = 's';

  /** The enum's class and the constant's name. */
  public static final byte ENUM = 'e';

  /** The array's class, its length (4), its elements. */
  public static final byte ARRAY = '[';

  /**
   * An array or container that was told before: the participant, empty for this one, and its number
   * (4).
   */
  public static final byte SAME = '=';

  /** The name of guest RAM. */
  public static final byte RAM = 'm';

  /** The name of a participant. */
  public static final byte PARTICIPANT = 'o';

  /** An object of {@link Containers}: its class, how many values (4), the values. */
  public static final byte CONTAINER = 'c';

  /** A long that is inside guest RAM: the block's name, the offset in it (8), the long (8). */
  public static final byte ADDRESS = '@';

  private FieldCodes() {}

  /** In bytes, of a type code as in class names of arrays; 0 for any other. */
  public static int size(char type) {
    return switch (type) {
      case 'Z', 'B' -> 1;
      case 'C', 'S' -> 2;
      case 'I', 'F' -> 4;
      case 'J', 'D' -> 8;
      default -> 0;
    };
  }

  /** The type code of a primitive type. */
  public static char of(Class<?> primitive) {
    return primitive.arrayType().getName().charAt(1);
  }

  public static Class<?> primitive(char type) {
    return switch (type) {
      case 'Z' -> boolean.class;
      case 'B' -> byte.class;
      case 'C' -> char.class;
      case 'S' -> short.class;
      case 'I' -> int.class;
      case 'F' -> float.class;
      case 'J' -> long.class;
      case 'D' -> double.class;
      default -> throw new IllegalArgumentException("no primitive type " + type);
    };
  }

  /** The type code of a boxed value, or 0. */
  public static char ofBoxed(Object value) {
    if (value instanceof Integer) {
      return 'I';
    } else if (value instanceof Long) {
      return 'J';
    } else if (value instanceof Boolean) {
      return 'Z';
    } else if (value instanceof Byte) {
      return 'B';
    } else if (value instanceof Short) {
      return 'S';
    } else if (value instanceof Character) {
      return 'C';
    } else if (value instanceof Float) {
      return 'F';
    } else if (value instanceof Double) {
      return 'D';
    }
    return 0;
  }
}
