package io.ramshot.hooks;

import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** The forms of a host method that gives a state away. */
enum SaveForm {
  /** {@code byte[] save()}. */
  BYTES(StateEncoding.BYTES),
  /** {@code ByteBuffer save()}. */
  BUFFER(StateEncoding.BYTES),
  /** {@code void save(OutputStream)} and its like. */
  TO_STREAM(StateEncoding.BYTES, OutputStream.class, DataOutput.class, DataOutputStream.class),
  /** {@code void save(ByteBuffer)}. */
  TO_BUFFER(StateEncoding.BYTES, ByteBuffer.class),
  /** {@code void save(ObjectOutput)}. */
  TO_OBJECTS(StateEncoding.OBJECTS, ObjectOutput.class, ObjectOutputStream.class),
  /** {@code Memento save()}. */
  OBJECT(StateEncoding.OBJECT);

  /** What messages say is wanted. */
  static final String WANTED =
      "byte[] %1$s(), ByteBuffer %1$s(), void %1$s(OutputStream), void %1$s(DataOutput),"
          + " void %1$s(ByteBuffer), void %1$s(ObjectOutput) or a serializable result of %1$s()";

  final StateEncoding encoding;
  private final List<Class<?>> parameters;

  SaveForm(StateEncoding encoding, Class<?>... parameters) {
    this.encoding = encoding;
    this.parameters = List.of(parameters);
  }

  /** The form of a method, or null if it is none of them. */
  static SaveForm of(MethodDescription.InDefinedShape method) {
    TypeDescription result = method.getReturnType().asErasure();
    if (method.getParameters().isEmpty()) {
      return result.isPrimitive()
          ? null
          : result.represents(byte[].class)
              ? BYTES
              : result.getName().startsWith("java.nio.") && result.isAssignableTo(ByteBuffer.class)
                  ? BUFFER
                  : OBJECT;
    }
    if (method.getParameters().size() == 1) {
      TypeDescription parameter = method.getParameters().get(0).getType().asErasure();
      for (SaveForm form : values()) {
        if (form.parameters.stream().anyMatch(parameter::represents)) {
          return form;
        }
      }
    }
    return null;
  }
}
