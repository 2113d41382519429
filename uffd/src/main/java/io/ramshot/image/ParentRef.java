package io.ramshot.image;

import java.util.Objects;
import java.util.UUID;

/**
 * The image that an increment builds upon.
 *
 * @param id of that image
 * @param fileName its file's name without folder, when the increment was written; a hint
 */
public record ParentRef(UUID id, String fileName) {
  public ParentRef {
    Objects.requireNonNull(id, "id");
    Text.requireName("parent's file name", fileName);
    if (!isFileName(fileName)) {
      throw new IllegalArgumentException(fileName + " is not the name of a file in a folder");
    }
  }

  /** Whether it names a file without saying in which folder. */
  static boolean isFileName(String name) {
    return !name.contains("/") && !name.equals(".") && !name.equals("..");
  }
}
