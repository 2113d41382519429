package io.ramshot.hooks;

import io.ramshot.text.Cause;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;

/** An object stream from an image, which is not trusted: see {@link ImageClasses}. */
final class StateInput extends ObjectInputStream {

  /** Reads the state. */
  interface Reader {
    Object read(ObjectInputStream in) throws Exception;
  }

  /** Deeper graphs overflow most stacks. */
  private static final long MAX_DEPTH = 1000;

  private static final String TOO_DEEP =
      "the image has objects within objects, too deep for this thread: give it a larger stack (-Xss)"
          + " or save bytes instead";

  /** A hash table takes up to this many array elements for a byte of the stream. */
  private static final long ELEMENTS_PER_BYTE = 4;

  private final ImageClasses classes;
  private final long maxElements;
  private final HashWork hashWork;

  /** Why the filter refused, which the stream itself does not say. */
  private String refusal;

  private StateInput(byte[] state, ImageClasses classes) throws IOException {
    super(new ByteArrayInputStream(state));
    this.classes = classes;
    maxElements = ELEMENTS_PER_BYTE * state.length;
    hashWork = new HashWork(state.length);
    setObjectInputFilter(this::check);
    enableResolveObject(true);
  }

  static Object with(ImageClasses classes, byte[] state, Reader reader) throws Exception {
    StateInput in = new StateInput(state, classes);
    try {
      return reader.read(in);
    } catch (StackOverflowError e) {
      throw new IOException(TOO_DEEP, e);
    } catch (InternalError | LinkageError e) {
      // Some classes of the JDK say so of a stream that nobody wrote.
      throw new IOException("the image has objects that cannot be made (" + Cause.text(e) + ")", e);
    } catch (InvalidClassException e) {
      if (in.refusal == null) {
        throw e;
      }
      InvalidClassException clearer = new InvalidClassException(in.refusal);
      clearer.initCause(e);
      throw clearer;
    }
  }

  @Override
  protected Object resolveObject(Object object) throws IOException {
    hashWork.add(object);
    return object;
  }

  private ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info) {
    if (info.depth() > MAX_DEPTH) {
      refusal = TOO_DEEP;
    } else if (info.arrayLength() > maxElements) {
      refusal =
          "the image has an array of " + info.arrayLength() + " elements without their values";
    } else if (info.serialClass() != null && !classes.contains(info.serialClass())) {
      refusal = classes.refusal(info.serialClass());
    } else {
      return ObjectInputFilter.Status.ALLOWED;
    }
    return ObjectInputFilter.Status.REJECTED;
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass description)
      throws IOException, ClassNotFoundException {
    String name = description.getName();
    if (name.equals(RecordValue.class.getName())) {
      return RecordValue.class;
    }
    try {
      return Class.forName(name, false, classes.loader());
    } catch (ClassNotFoundException e) {
      // Names of primitive types.
      return super.resolveClass(description);
    }
  }

  @Override
  protected Class<?> resolveProxyClass(String[] interfaces) throws IOException {
    throw new InvalidClassException("the image has a proxy class, which is not taken from one");
  }
}
