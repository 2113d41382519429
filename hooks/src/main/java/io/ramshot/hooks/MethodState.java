package io.ramshot.hooks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** Saves and loads by methods of the host. */
final class MethodState implements HostState {

  /** What a host that fills a buffer gets at first, in bytes. */
  private static final int FIRST_BUFFER = 64 << 10;

  /** What it gets at most, in bytes; more is RAM, not state. */
  static final int LAST_BUFFER = 256 << 20;

  private final StateSpec spec;
  private final StateMethods methods;
  private final Method save;
  private final Method load;
  private final ImageClasses classes;

  /** For a host that fills one; grows to what it needs, in bytes. */
  private int bufferBytes = FIRST_BUFFER;

  private ByteBuffer buffer;

  MethodState(StateSpec spec, Class<?> type, Access access) throws NoSuchMethodException {
    this.spec = spec;
    methods = StateMethods.find(TypeDescription.ForLoadedType.of(type), spec);
    save = accessible(methods.save(), access);
    load = accessible(methods.load(), access);
    classes =
        switch (methods.loadForm()) {
          case OBJECT -> new ImageClasses(type, save.getReturnType(), load.getParameterTypes()[0]);
          default -> new ImageClasses(type);
        };
  }

  private static Method accessible(MethodDescription.InDefinedShape description, Access access) {
    Method method = ((MethodDescription.ForLoadedMethod) description).getLoadedMethod();
    return access.to(method, method.getDeclaringClass());
  }

  @Override
  public void prepare(Object instance) throws IOException {
    switch (methods.saveForm()) {
      case TO_BUFFER -> buffer = ByteBuffer.allocate(bufferBytes);
      case TO_OBJECTS, OBJECT -> StateOutput.warmUp(classes);
      default -> {}
    }
  }

  @Override
  public byte[] save(Object instance) throws Exception {
    switch (methods.saveForm()) {
      case BYTES:
        return (byte[]) result(instance);
      case BUFFER:
        return remaining((ByteBuffer) result(instance));
      case TO_BUFFER:
        return fill(instance);
      case OBJECT:
        Object object = result(instance);
        return StateOutput.of(classes, out -> out.writeObject(object));
      case TO_OBJECTS:
        return StateOutput.of(classes, out -> invoke(save, instance, out));
      default:
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        invoke(save, instance, out);
        out.flush();
        return bytes.toByteArray();
    }
  }

  private Object result(Object instance) throws Exception {
    Object result = invoke(save, instance);
    if (result == null) {
      throw new IOException(spec.className() + "." + spec.save() + "() returned null");
    }
    return result;
  }

  private byte[] remaining(ByteBuffer state) throws IOException {
    if (!state.hasRemaining() && state.position() > 0) {
      throw new IOException(
          spec.className()
              + "."
              + spec.save()
              + "() returned a buffer with nothing left to read: it must flip() what it wrote");
    }
    byte[] bytes = new byte[state.remaining()];
    state.duplicate().get(bytes);
    return bytes;
  }

  private byte[] fill(Object instance) throws Exception {
    ByteBuffer into = buffer == null ? ByteBuffer.allocate(bufferBytes) : buffer;
    // Not kept until the next snapshot.
    buffer = null;
    while (true) {
      try {
        invoke(save, instance, into);
        return remaining(into.flip());
      } catch (BufferOverflowException e) {
        if (bufferBytes == LAST_BUFFER) {
          throw new IOException(
              spec.className()
                  + "."
                  + spec.save()
                  + "(ByteBuffer) wants more than "
                  + LAST_BUFFER
                  + " bytes: that is RAM, name it with ram=",
              e);
        }
        bufferBytes *= 4;
        into = ByteBuffer.allocate(bufferBytes);
      }
    }
  }

  @Override
  public void load(Object instance, byte[] state) throws Exception {
    switch (methods.loadForm()) {
      case BYTES -> invoke(load, instance, state);
      case FROM_BUFFER -> invoke(load, instance, ByteBuffer.wrap(state));
      case FROM_STREAM ->
          invoke(load, instance, new DataInputStream(new ByteArrayInputStream(state)));
      case FROM_OBJECTS ->
          StateInput.with(
              classes,
              state,
              in -> {
                invoke(load, instance, in);
                return null;
              });
      case OBJECT -> {
        Object object = StateInput.with(classes, state, in -> in.readObject());
        if (!load.getParameterTypes()[0].isInstance(object)) {
          throw new IOException(
              "the image has "
                  + (object == null ? "null" : "a " + object.getClass().getName())
                  + ", not what "
                  + Signatures.of(methods.load())
                  + " takes");
        }
        invoke(load, instance, object);
      }
    }
  }

  private static Object invoke(Method method, Object instance, Object... arguments)
      throws Exception {
    try {
      return method.invoke(instance, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
  }
}
