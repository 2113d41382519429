package io.ramshot.hooks;

import io.ramshot.hooks.fields.NativeFields;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which fields of a class are captured. */
final class FieldPlan {

  /**
   * A field of the class, or of a parent.
   *
   * @param name with its declaring class
   * @param isHandle whether native code may have filled it, and the options do not call it a number
   * @param head name and type as they stand in an image
   */
  record Slot(Field field, String name, boolean isFinal, boolean isHandle, byte[] head) {
    Class<?> type() {
      return field.getType();
    }
  }

  private final List<Slot> slots;
  private final List<String> names;

  private FieldPlan(List<Slot> slots, List<String> names) {
    this.slots = slots;
    this.names = names;
  }

  /** In the order of declaration, those of parents first. */
  List<Slot> slots() {
    return slots;
  }

  /** Of all fields, those that are left too. */
  List<String> names() {
    return names;
  }

  /**
   * @param isRam tells fields that hold guest RAM, as {@code class#field}: they are not captured
   * @throws IOException if there are fields that reflection cannot capture, or the options leave
   *     one that is not there
   */
  static FieldPlan of(
      Class<?> type,
      StateSpec spec,
      Access access,
      Predicate<String> isRam,
      Consumer<String> warnings)
      throws IOException {
    List<Class<?>> parents = new ArrayList<>();
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      parents.add(0, at);
    }
    Set<String> left = new LinkedHashSet<>(spec.left());
    List<Slot> slots = new ArrayList<>();
    Set<String> names = new TreeSet<>();
    List<String> statics = new ArrayList<>();
    List<String> ofJdk = new ArrayList<>();
    for (Class<?> parent : parents) {
      boolean jdk = isOfJdk(parent);
      for (Field field : parent.getDeclaredFields()) {
        boolean isStatic = Modifier.isStatic(field.getModifiers());
        if (jdk) {
          if (!isStatic && !ofJdk.contains(parent.getName())) {
            ofJdk.add(parent.getName());
          }
          continue;
        }
        names.add(field.getName());
        if (left.contains(field.getName()) || isRam(type, field, isRam)) {
          continue;
        }
        if (isStatic) {
          if (!Modifier.isFinal(field.getModifiers()) && !field.isSynthetic()) {
            statics.add(parent.getName() + "." + field.getName());
          }
        } else if (!isOuter(field)) {
          slots.add(slot(access.to(field, parent), type, spec));
        }
      }
    }
    names.addAll(ofJdk);
    requireThere(left, "to leave", type, spec, names);
    requireThere(spec.numbers(), "that can be a number", type, spec, names);
    requireThere(spec.addresses(), "that can be an address", type, spec, names);
    ofJdk.removeAll(left);
    if (!ofJdk.isEmpty()) {
      throw new IOException(
          "state=%s: the fields of %s, which is the JDK's, cannot be captured: leave them with state=%s"
              .formatted(spec, String.join(" and ", ofJdk), spec.leaving(ofJdk)));
    }
    if (!statics.isEmpty()) {
      warnings.accept(
          "state=%s captures fields of objects, so not the static %s: have methods save it, or leave it with state=%s"
              .formatted(
                  spec,
                  String.join(", ", statics),
                  spec.leaving(
                      statics.stream().map(s -> s.substring(s.lastIndexOf('.') + 1)).toList())));
    }
    return new FieldPlan(List.copyOf(slots), List.copyOf(names));
  }

  private static void requireThere(
      Collection<String> wanted, String what, Class<?> type, StateSpec spec, Set<String> names)
      throws IOException {
    for (String name : wanted) {
      if (!names.contains(name)) {
        throw new IOException(
            "state=%s: %s has no field %s %s%s"
                .formatted(
                    spec,
                    type.getName(),
                    name,
                    what,
                    names.isEmpty()
                        ? ""
                        : "; nearest: " + String.join(", ", Nearest.to(name, names, n -> n, 3))));
      }
    }
  }

  /** Options may name a class that inherits the field, unless it has another of that name. */
  private static boolean isRam(Class<?> type, Field field, Predicate<String> isRam) {
    boolean named = false;
    for (Class<?> at = type; at != field.getDeclaringClass(); at = at.getSuperclass()) {
      named |= isRam.test(at.getName() + "#" + field.getName());
      named &=
          Stream.of(at.getDeclaredFields()).noneMatch(f -> f.getName().equals(field.getName()));
    }
    return named || isRam.test(field.getDeclaringClass().getName() + "#" + field.getName());
  }

  private static boolean isOfJdk(Class<?> type) {
    ClassLoader loader = type.getClassLoader();
    return loader == null || loader == ClassLoader.getPlatformClassLoader();
  }

  /** The compiler's reference to the object around an inner one, which never changes. */
  private static boolean isOuter(Field field) {
    return field.isSynthetic() && Modifier.isFinal(field.getModifiers());
  }

  private static Slot slot(Field field, Class<?> type, StateSpec spec) {
    boolean isHandle =
        NativeFields.mayBeHandle(field, type)
            && !spec.numbers().contains(field.getName())
            && !spec.addresses().contains(field.getName());
    String name = field.getDeclaringClass().getName() + "." + field.getName();
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(head)) {
      out.writeUTF(name);
      out.writeUTF(field.getType().getName());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Slot(
        field, name, Modifier.isFinal(field.getModifiers()), isHandle, head.toByteArray());
  }

  /** Whether it is an array of primitives, or of such arrays. */
  static boolean isPrimitiveArray(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    return type.isArray() && element.isPrimitive();
  }

  @Override
  public String toString() {
    return Arrays.toString(slots.stream().map(Slot::name).toArray());
  }
}
