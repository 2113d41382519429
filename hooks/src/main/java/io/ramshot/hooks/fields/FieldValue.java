package io.ramshot.hooks.fields;

import java.nio.ByteBuffer;
import java.util.List;

/** A value that may be in a field, as an image has it, before it is known where it goes. */
public sealed interface FieldValue {

  /** A number, a text, or null. */
  record Plain(Object value) implements FieldValue {}

  /** What an atomic variable holds. */
  record Atomic(Object value) implements FieldValue {}

  /** A constant of an enum. */
  record Constant(String type, String name) implements FieldValue {}

  /** Something {@link Held} that was told before. */
  record Same(String owner, int id) implements FieldValue {}

  /** Guest RAM on the heap. */
  record Ram(String name) implements FieldValue {}

  /** An object that a participant saves. */
  record Other(String participant) implements FieldValue {}

  /**
   * A number that may be an address.
   *
   * @param value as it was
   */
  record Address(String block, long offset, long value) implements FieldValue {}

  /** What several fields may hold, and hold again after a restore. */
  sealed interface Held extends FieldValue {

    /** Its number among those of its participant. */
    int id();
  }

  /**
   * An array of primitives, or of such arrays.
   *
   * @param bytes of a flat array, else null
   * @param parts of an array of arrays, else null
   */
  record ArrayOf(int id, Class<?> type, int length, ByteBuffer bytes, List<FieldValue> parts)
      implements Held {}

  /**
   * One of {@link Containers}.
   *
   * @param type its class
   */
  record Container(int id, String type, List<FieldValue> contents) implements Held {}
}
