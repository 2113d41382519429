package io.ramshot.hooks;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** The two methods of a host class, or of a parent, that save and load its state. */
public record StateMethods(
    MethodDescription.InDefinedShape save, MethodDescription.InDefinedShape load) {

  private static final String SAVE_FORMS =
      "byte[] %1$s(), void %1$s(OutputStream) or void %1$s(DataOutput)";
  private static final String LOAD_FORMS =
      "void %1$s(byte[]), void %1$s(InputStream) or void %1$s(DataInput)";

  private static final List<Class<?>> SAVES =
      List.of(OutputStream.class, DataOutput.class, DataOutputStream.class);
  private static final List<Class<?>> LOADS =
      List.of(byte[].class, InputStream.class, DataInput.class, DataInputStream.class);

  boolean areStatic() {
    return save.isStatic();
  }

  /**
   * @throws NoSuchMethodException if the class has no such methods in a supported form; the message
   *     names what was wanted and what is nearest
   */
  public static StateMethods find(TypeDescription type, StateSpec spec)
      throws NoSuchMethodException {
    List<MethodDescription.InDefinedShape> all = new ArrayList<>();
    Signatures.hierarchy(type).forEach(t -> all.addAll(Signatures.methods(t)));
    StateMethods found =
        new StateMethods(
            find(all, spec, spec.save(), SAVE_FORMS, true),
            find(all, spec, spec.load(), LOAD_FORMS, false));
    if (found.save.isStatic() != found.load.isStatic()) {
      throw new NoSuchMethodException(
          "state=%s: one of %s and %s is static and the other is not: name two of a kind"
              .formatted(spec, Signatures.of(found.save), Signatures.of(found.load)));
    }
    return found;
  }

  private static MethodDescription.InDefinedShape find(
      List<MethodDescription.InDefinedShape> methods,
      StateSpec spec,
      String name,
      String forms,
      boolean saves)
      throws NoSuchMethodException {
    for (MethodDescription.InDefinedShape method : methods) {
      if (method.getName().equals(name) && (saves ? isSave(method) : isLoad(method))) {
        return method;
      }
    }
    throw new NoSuchMethodException(
        "state=%s: %s has no method %s that fits; wanted %s%s"
            .formatted(
                spec,
                spec.className(),
                name,
                forms.formatted(name),
                Signatures.nearest(name, methods)));
  }

  private static boolean isSave(MethodDescription.InDefinedShape method) {
    return method.getParameters().isEmpty()
        ? method.getReturnType().asErasure().represents(byte[].class)
        : takesOneOf(method, SAVES);
  }

  private static boolean isLoad(MethodDescription.InDefinedShape method) {
    return takesOneOf(method, LOADS);
  }

  private static boolean takesOneOf(MethodDescription.InDefinedShape method, List<Class<?>> types) {
    return method.getParameters().size() == 1
        && types.stream().anyMatch(method.getParameters().get(0).getType().asErasure()::represents);
  }
}
