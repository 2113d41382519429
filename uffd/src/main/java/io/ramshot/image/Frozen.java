package io.ramshot.image;

import java.util.Map;
import java.util.Optional;

/** Whom the freeze of a snapshot stopped, which decides what of an image is of one instant. */
public enum Frozen {
  /** The vCPUs, at a quantum's boundary: at ramshot's gates, or by an embedder's own means. */
  GATES("gates"),
  /** Every Java thread of the host. */
  THREADS("threads"),
  /** None: the guest may have run on in the middle of the freeze. */
  NOBODY("nobody");

  /** The figure of an image that says it; images from before have none. */
  public static final String KEY = "frozen";

  private final String word;

  Frozen(String word) {
    this.word = word;
  }

  /** As it stands in an image, and in all that is read by machine. */
  public String word() {
    return word;
  }

  /** The one with this word, if any. */
  public static Optional<Frozen> of(String word) {
    for (Frozen each : values()) {
      if (each.word.equals(word)) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** What an image's figures say; empty where they do not. */
  static Optional<Frozen> of(Map<String, String> figures) {
    return of(figures.get(KEY));
  }
}
