package io.ramshot.agent.core;

import io.ramshot.image.Image;
import io.ramshot.image.ParticipantState;
import java.util.List;

/** What a restore says when the guest is about to go on: what is back, and what is not. */
final class RestoredText {
  private RestoredText() {}

  /**
   * @param found what of the vCPU's stack the image has no state of
   * @param how long it took, or until when RAM is there, in words
   */
  static String of(Image image, UncoveredState found, String how) {
    String from = " from " + image.path() + ", frozen at " + image.header().freezeTime() + how;
    if (image.states().isEmpty()) {
      return "RAM alone is back"
          + from
          + "; the image holds no state, so "
          + (found.lost().isEmpty()
              ? "the vCPU begins as the host made it"
              : found.names()
                  + " on the vCPU's stack "
                  + found.verb("begins as the host made it", "begin as the host made them"))
          + " ("
          + (found.lost().isEmpty() ? "state=" : found.remedy())
          + " at the snapshot saves more)";
    }
    if (!found.lost().isEmpty()) {
      return "RAM and the state of "
          + states(image)
          + " are back"
          + from
          + "; NOT restored: "
          + found.names()
          + ", which "
          + found.verb(
              "is on the vCPU's stack and begins as the host made it",
              "are on the vCPU's stack and begin as the host made them")
          + " ("
          + found.remedy()
          + " at the snapshot saves "
          + found.verb("it)", "them)");
    }
    return "the guest goes on" + from + (found.isEmpty() ? "" : "; " + found.doubts());
  }

  private static String states(Image image) {
    List<String> names = image.states().stream().map(ParticipantState::name).toList();
    return UncoveredState.cut(names);
  }
}
