package io.ramshot.hooks;

import java.util.List;

/**
 * An option that names guest RAM and finds none just now.
 *
 * @param option as the user may have written it
 * @param reason in a few words
 * @param unloaded the class that is not loaded, if that is why; else null
 */
record MissingRam(String option, String reason, String unloaded) {

  private static final int NEAREST_SHOWN = 3;

  /** For an option that names a class which is not there. */
  static MissingRam ofClass(String option, String className) {
    return new MissingRam(option, "no class " + className + " is loaded", className);
  }

  /** For a user who may have misspelt it; asks for all loaded classes. */
  String message(LoadedClasses classes) {
    List<String> nearest = unloaded == null ? List.of() : classes.nearest(unloaded, NEAREST_SHOWN);
    return option
        + " finds nothing: "
        + reason
        + (nearest.isEmpty() ? "" : " (nearest: " + String.join(", ", nearest) + ")");
  }

  /** For a host that has its RAM elsewhere. */
  @Override
  public String toString() {
    return option + " is not used by this host: " + reason;
  }
}
