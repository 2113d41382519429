package io.ramshot.hooks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;

/** Methods of host classes, as messages show them and options name them. */
public final class Signatures {

  private Signatures() {}

  /** {@code void step(int,long[])}. */
  static String of(MethodDescription.InDefinedShape method) {
    return (method.isStatic() ? "static " : "")
        + method.getReturnType().asErasure().getActualName()
        + " "
        + withoutReturnType(method);
  }

  /** {@code step(int,long[])}. */
  public static String withoutReturnType(MethodDescription.InDefinedShape method) {
    return method.getName() + "(" + String.join(",", parameters(method)) + ")";
  }

  /** Full names of the erased parameter types. */
  static List<String> parameters(MethodDescription.InDefinedShape method) {
    return method.getParameters().asTypeList().asErasures().stream()
        .map(TypeDescription::getActualName)
        .toList();
  }

  /** {@code "; nearest: a, b, c"}, or nothing if there is no candidate. */
  static String nearest(String wanted, Collection<MethodDescription.InDefinedShape> candidates) {
    List<MethodDescription.InDefinedShape> sorted =
        candidates.stream().sorted(Comparator.comparing(Signatures::of)).toList();
    List<MethodDescription.InDefinedShape> nearest =
        Nearest.to(wanted, sorted, MethodDescription::getName, 3);
    return nearest.isEmpty()
        ? "; it has no methods"
        : nearest.stream().map(Signatures::of).collect(Collectors.joining("; ", "; nearest: ", ""));
  }

  /** A class and its parents, as far as they can be found. */
  public static List<TypeDescription> hierarchy(TypeDescription type) {
    List<TypeDescription> types = new ArrayList<>();
    try {
      for (TypeDescription t = type; t != null && !t.represents(Object.class); ) {
        t.getDeclaredMethods().size();
        types.add(t);
        t = t.getSuperClass() == null ? null : t.getSuperClass().asErasure();
      }
    } catch (RuntimeException e) {
      // A parent's class file cannot be found; what was found must do.
    }
    return types;
  }

  /** The methods that a class declares, without constructors and those of the compiler. */
  public static List<MethodDescription.InDefinedShape> methods(TypeDescription type) {
    List<MethodDescription.InDefinedShape> methods = new ArrayList<>();
    for (MethodDescription.InDefinedShape method : type.getDeclaredMethods()) {
      if (method.isMethod() && !method.isSynthetic()) {
        methods.add(method);
      }
    }
    return methods;
  }
}
