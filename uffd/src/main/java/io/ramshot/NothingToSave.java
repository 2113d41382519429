package io.ramshot;

import java.util.List;

/** Says why a guest has nothing to save, and what to do about it. */
final class NothingToSave {

  private NothingToSave() {}

  /** In one line; null if there is something. */
  static String reason(Guest guest, List<Block> blocks) {
    if (!blocks.isEmpty()) {
      return null;
    }
    if (!guest.isStateOnly()) {
      return "no guest RAM is registered: did the guest allocate its RAM yet, and do the options"
          + " name where it does? For a guest whose state is all in state=, give ram=none";
    }
    return guest.participants().isEmpty()
        ? "there is no guest RAM (ram=none) and no object with state: did the guest make its"
            + " objects yet, and does state= name their classes?"
        : null;
  }
}
