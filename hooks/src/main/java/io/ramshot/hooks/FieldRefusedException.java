package io.ramshot.hooks;

import java.io.IOException;

/** A field holds what cannot be captured. */
final class FieldRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String field;

  FieldRefusedException(FieldPlan.Slot slot, Object value) {
    super(slot.name() + " is a " + value.getClass().getTypeName());
    field = slot.field().getName();
  }

  /** Its simple name. */
  String field() {
    return field;
  }
}
