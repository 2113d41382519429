package io.ramshot.hooks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;

/** An object stream to an image, which refuses what {@link StateInput} would not take. */
final class StateOutput extends ObjectOutputStream {

  /** Writes the state. */
  interface Writer {
    void write(ObjectOutputStream out) throws Exception;
  }

  private final ImageClasses classes;

  /** The first class that has no place in a state, or null. */
  private Class<?> refused;

  private StateOutput(ByteArrayOutputStream bytes, ImageClasses classes) throws IOException {
    super(bytes);
    this.classes = classes;
    enableReplaceObject(true);
  }

  static byte[] of(ImageClasses classes, Writer writer) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    StateOutput out = new StateOutput(bytes, classes);
    try {
      writer.write(out);
    } catch (StackOverflowError e) {
      throw new IOException("its objects are too deep within each other: save bytes instead", e);
    } catch (NotSerializableException e) {
      NotSerializableException clearer =
          new NotSerializableException(
              e.getMessage() + " is neither Serializable nor a record: save bytes instead");
      clearer.initCause(e);
      throw clearer;
    }
    if (out.refused != null) {
      throw new InvalidClassException(classes.refusal(out.refused));
    }
    out.flush();
    return bytes.toByteArray();
  }

  /** Has the classes behind object streams loaded. */
  static void warmUp(ImageClasses classes) throws IOException {
    StateOutput out = new StateOutput(new ByteArrayOutputStream(), classes);
    out.writeObject(new int[1]);
    out.flush();
  }

  /** Throws nothing: the stream would write the exception as it writes any object. */
  @Override
  protected void annotateClass(Class<?> type) {
    if (refused == null && !classes.contains(type)) {
      refused = type;
    }
  }

  @Override
  protected void annotateProxyClass(Class<?> type) {
    annotateClass(type);
  }

  @Override
  protected Object replaceObject(Object object) throws IOException {
    return object instanceof Record && !(object instanceof Serializable)
        ? RecordValue.of(object)
        : object;
  }
}
