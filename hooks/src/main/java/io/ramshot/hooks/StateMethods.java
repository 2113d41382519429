package io.ramshot.hooks;

import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDefinition;
import net.bytebuddy.description.type.TypeDescription;

/** The two methods of a host class, or of a parent, that save and load its state. */
public record StateMethods(
    MethodDescription.InDefinedShape save,
    SaveForm saveForm,
    MethodDescription.InDefinedShape load,
    LoadForm loadForm) {

  boolean areStatic() {
    return save.isStatic();
  }

  /**
   * @throws NoSuchMethodException if the class has no such methods in a supported form; the message
   *     names what was wanted and what is nearest
   */
  public static StateMethods find(TypeDescription type, StateSpec spec)
      throws NoSuchMethodException {
    List<MethodDescription.InDefinedShape> all = all(type);
    StateMethods halves = null;
    // Bytes of the host's own before objects, where it has both.
    for (StateEncoding encoding : StateEncoding.values()) {
      for (MethodDescription.InDefinedShape save : all) {
        SaveForm form = save.getName().equals(spec.save()) ? SaveForm.of(save) : null;
        if (form == null || form.encoding != encoding) {
          continue;
        }
        for (MethodDescription.InDefinedShape load : all) {
          LoadForm loadForm =
              load.getName().equals(spec.load())
                  ? LoadForm.of(load, encoding, save.getReturnType().asErasure())
                  : null;
          if (loadForm != null && save.isStatic() == load.isStatic()) {
            return new StateMethods(save, form, load, loadForm);
          }
          if (halves == null || halves.load == null) {
            halves = new StateMethods(save, form, loadForm == null ? null : load, loadForm);
          }
        }
      }
    }
    throw new NoSuchMethodException("state=" + spec + ": " + absence(halves, spec, all));
  }

  private static String absence(
      StateMethods halves, StateSpec spec, List<MethodDescription.InDefinedShape> all) {
    if (halves == null) {
      return "%s has no method %s that fits; wanted %s%s"
          .formatted(
              spec.className(),
              spec.save(),
              SaveForm.WANTED.formatted(spec.save()),
              Signatures.nearest(spec.save(), all));
    }
    if (halves.load == null) {
      return "%s has no method %s that fits %s; wanted %s%s"
          .formatted(
              spec.className(),
              spec.load(),
              Signatures.of(halves.save),
              LoadForm.wanted(halves.saveForm.encoding)
                  .formatted(spec.load(), halves.save.getReturnType().asErasure().getActualName()),
              Signatures.nearest(spec.load(), all));
    }
    return "one of %s and %s is static and the other is not: name two of a kind"
        .formatted(Signatures.of(halves.save), Signatures.of(halves.load));
  }

  /** Those of the class and its parents, and those that interfaces implement for it. */
  private static List<MethodDescription.InDefinedShape> all(TypeDescription type) {
    List<MethodDescription.InDefinedShape> all = new ArrayList<>();
    List<TypeDescription> classes = Signatures.hierarchy(type);
    classes.forEach(t -> all.addAll(Signatures.methods(t)));
    try {
      classes.forEach(t -> t.getInterfaces().forEach(i -> addDefaults(i, all)));
    } catch (RuntimeException e) {
      // An interface's class file cannot be found; what was found must do.
    }
    return all;
  }

  private static void addDefaults(
      TypeDefinition type, List<MethodDescription.InDefinedShape> methods) {
    for (MethodDescription.InDefinedShape method : Signatures.methods(type.asErasure())) {
      if (!method.isAbstract() && !method.isStatic()) {
        methods.add(method);
      }
    }
    type.asErasure().getInterfaces().forEach(i -> addDefaults(i, methods));
  }
}
