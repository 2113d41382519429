package io.ramshot.hooks;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.InputStream;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.nio.ByteBuffer;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** The forms of a host method that takes a state on. */
enum LoadForm {
  /** {@code void load(byte[])}. */
  BYTES(StateEncoding.BYTES, byte[].class),
  /** {@code void load(InputStream)} and its like. */
  FROM_STREAM(StateEncoding.BYTES, InputStream.class, DataInput.class, DataInputStream.class),
  /** {@code void load(ByteBuffer)}. */
  FROM_BUFFER(StateEncoding.BYTES, ByteBuffer.class),
  /** {@code void load(ObjectInput)}. */
  FROM_OBJECTS(StateEncoding.OBJECTS, ObjectInput.class, ObjectInputStream.class),
  /** {@code void load(Memento)}. */
  OBJECT(StateEncoding.OBJECT);

  /** What messages say is wanted, by the encoding of what was saved. */
  static String wanted(StateEncoding encoding) {
    return switch (encoding) {
      case BYTES ->
          "void %1$s(byte[]), void %1$s(InputStream), void %1$s(DataInput) or void %1$s(ByteBuffer)";
      case OBJECTS -> "void %1$s(ObjectInput)";
      case OBJECT -> "void %1$s(%2$s)";
    };
  }

  final StateEncoding encoding;
  private final List<Class<?>> parameters;

  LoadForm(StateEncoding encoding, Class<?>... parameters) {
    this.encoding = encoding;
    this.parameters = List.of(parameters);
  }

  /**
   * The form of a method that loads what another one saved, or null if it cannot.
   *
   * @param saved that method's result
   */
  static LoadForm of(
      MethodDescription.InDefinedShape method, StateEncoding encoding, TypeDescription saved) {
    if (method.getParameters().size() != 1) {
      return null;
    }
    TypeDescription parameter = method.getParameters().get(0).getType().asErasure();
    if (encoding == StateEncoding.OBJECT) {
      return takes(parameter, saved) ? OBJECT : null;
    }
    for (LoadForm form : values()) {
      if (form.encoding == encoding && form.parameters.stream().anyMatch(parameter::represents)) {
        return form;
      }
    }
    return null;
  }

  /** Either way round: what is declared as an Object may well be a Memento. */
  private static boolean takes(TypeDescription parameter, TypeDescription saved) {
    if (parameter.isPrimitive()) {
      return false;
    }
    try {
      return parameter.equals(saved)
          || saved.isAssignableTo(parameter)
          || parameter.isAssignableTo(saved);
    } catch (RuntimeException e) {
      // A parent's class file cannot be found.
      return false;
    }
  }
}
