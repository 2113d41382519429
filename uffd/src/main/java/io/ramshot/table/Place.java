package io.ramshot.table;

import java.util.List;

/**
 * A place of a table in this JVM.
 *
 * @param form what it holds
 * @param value the very object, or null
 * @param array of a place that holds RAM itself, the primitive array; else null
 * @param parts the places in it, in the order of the form's
 */
record Place(Form form, Object value, Object array, List<Place> parts) {

  static final Place ABSENT = new Place(Form.ABSENT, null, null, List.of());

  /** Whether it holds RAM itself. */
  boolean isRam() {
    return array != null;
  }

  /** How a part of it is named. */
  String partName(int index) {
    return form.kind() == Form.Kind.HOLDER
        ? ""
        : "." + (form.kind() == Form.Kind.MAP ? form.keys().get(index) : index);
  }
}
