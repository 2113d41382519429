package io.ramshot.agent.tools;

import io.ramshot.image.Saver;

/** Savers in words. */
public final class SaverText {

  private SaverText() {}

  public static String of(Saver saver) {
    return switch (saver) {
      case NOBODY -> "nothing there";
      case BULK -> "by the bulk pass";
      case AHEAD -> "ahead of the guest";
      case FAULT -> "for a waiting guest";
      case FREEZE -> "in the freeze";
      case TRACKING -> "while the guest ran";
    };
  }
}
