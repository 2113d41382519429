package io.ramshot.agent.tools;

import io.ramshot.image.Frozen;
import java.util.Optional;

/** Whom a freeze stopped, in words, and what that means for the image. */
public final class FrozenText {
  private FrozenText() {}

  /**
   * After "frozen:"; the first word is the one that programs read.
   *
   * @param frozen empty where the image does not say
   */
  public static String of(Optional<Frozen> frozen) {
    return frozen.map(FrozenText::of).orElse("unknown: the image is older than this line");
  }

  /** After "frozen:". */
  public static String of(Frozen frozen) {
    return frozen.word()
        + switch (frozen) {
          case GATES -> ": every vCPU stood still between two quanta";
          case THREADS -> ": every Java thread stood still";
          case NOBODY -> ": " + withoutFreeze();
        };
  }

  /** A sentence about an image for which nobody was frozen; of others nothing. */
  public static Optional<String> warning(Optional<Frozen> frozen) {
    return frozen
        .filter(Frozen.NOBODY::equals)
        .map(nobody -> "nobody was frozen for this image: " + withoutFreeze());
  }

  private static String withoutFreeze() {
    return "its pages may be of different instants of the pause, and state of another than RAM";
  }

  /** What makes the next image one of one instant. */
  public static String remedy(String process) {
    return "give gate= (java -jar ramshot.jar discover "
        + process
        + " finds it while the guest runs), or freeze=threads";
  }
}
