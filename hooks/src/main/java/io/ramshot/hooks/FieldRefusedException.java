package io.ramshot.hooks;

import java.io.IOException;

/** A field holds what cannot be captured. */
final class FieldRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * @param what it is, as in "is a java.lang.Thread"
   */
  FieldRefusedException(FieldPlan.Slot slot, String what) {
    super(slot.name() + " " + what);
    field = slot.field().getName();
  }

  /** Its simple name. */
  String field() {
    return field;
  }
}
