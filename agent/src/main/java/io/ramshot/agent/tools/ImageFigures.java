package io.ramshot.agent.tools;

import java.util.Map;

/** An image's figures as numbers, where they are. */
final class ImageFigures {
  private final Map<String, String> info;

  ImageFigures(Map<String, String> info) {
    this.info = info;
  }

  /** 0 where there is none, or what it says is no number. */
  long number(String key) {
    try {
      return Long.parseLong(info.getOrDefault(key, "0"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  boolean has(String key) {
    return info.containsKey(key);
  }
}
