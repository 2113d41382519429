package io.ramshot.hooks;

import io.ramshot.Participant;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** Saves and loads the state of one host object, or of one host class with static methods. */
final class StateParticipant implements Participant {

  /** Gives what the methods are called on. */
  private interface Target {

    /** The class that was named, or a subclass. */
    Class<?> type() throws Exception;

    /** Null for static methods. */
    Object instance() throws Exception;
  }

  private final String name;
  private final StateSpec spec;
  private final Access access;
  private final Target target;

  /** The save method once it has been looked up. */
  private volatile Method save;

  private StateParticipant(String name, StateSpec spec, Access access, Target target) {
    this.name = name;
    this.spec = spec;
    this.access = access;
    this.target = target;
  }

  static StateParticipant of(
      String name, StateSpec spec, Access access, WeakReference<Object> reference) {
    return new StateParticipant(
        name,
        spec,
        access,
        new Target() {
          @Override
          public Class<?> type() throws Exception {
            return Access.declaring(instance(), spec.className());
          }

          @Override
          public Object instance() throws IOException {
            Object instance = reference.get();
            if (instance == null) {
              throw new IOException(name + " has been collected as garbage: try again");
            }
            return instance;
          }
        });
  }

  /** The class may not be complete yet, so it is looked up when it is needed. */
  static StateParticipant ofStatic(String name, StateSpec spec, Access access, ClassLoader loader) {
    return new StateParticipant(
        name,
        spec,
        access,
        new Target() {
          @Override
          public Class<?> type() throws ClassNotFoundException {
            return Class.forName(spec.className(), true, loader);
          }

          @Override
          public Object instance() {
            return null;
          }
        });
  }

  @Override
  public String name() {
    return name;
  }

  /** Looks the method up, which takes longer than a whole pause should. */
  @Override
  public void prepare() throws Exception {
    if (save == null) {
      save = accessible(methods().save());
    }
  }

  @Override
  public byte[] save() throws Exception {
    prepare();
    Method method = save;
    if (method.getParameterCount() == 0) {
      byte[] state = (byte[]) invoke(method);
      if (state == null) {
        throw new IOException(spec.className() + "." + spec.save() + "() returned null");
      }
      return state;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    invoke(method, out);
    out.flush();
    return bytes.toByteArray();
  }

  @Override
  public void load(byte[] state) throws Exception {
    Method method = accessible(methods().load());
    invoke(
        method,
        method.getParameterTypes()[0] == byte[].class
            ? state
            : new DataInputStream(new ByteArrayInputStream(state)));
  }

  private StateMethods methods() throws Exception {
    return StateMethods.find(TypeDescription.ForLoadedType.of(target.type()), spec);
  }

  private Method accessible(MethodDescription.InDefinedShape description) {
    Method method = ((MethodDescription.ForLoadedMethod) description).getLoadedMethod();
    return access.to(method, method.getDeclaringClass());
  }

  private Object invoke(Method method, Object... arguments) throws Exception {
    try {
      return method.invoke(target.instance(), arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  @Override
  public String toString() {
    return name + " (" + spec + ")";
  }
}
