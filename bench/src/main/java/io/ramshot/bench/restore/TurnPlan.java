package io.ramshot.bench.restore;

import java.nio.file.Path;
import java.util.List;

/**
 * What one JVM is to do, as words on its command line.
 *
 * @param contender who restores
 * @param image the image of a guest that {@link ImageMaker} made
 * @param small a small one, to load classes with before
 * @param ramBytes the guest's RAM
 * @param cached whether the page cache holds the image, or nothing of it
 * @param quantumOnly whether it ends after the guest's first quantum
 * @param round counted from 1; decides which pages the guest draws, the same for all contenders
 */
record TurnPlan(
    String contender,
    Path image,
    Path small,
    long ramBytes,
    boolean cached,
    boolean quantumOnly,
    int round) {
  private static final int WORDS = 7;

  List<String> words() {
    return List.of(
        contender,
        image.toString(),
        small.toString(),
        Long.toString(ramBytes),
        Boolean.toString(cached),
        Boolean.toString(quantumOnly),
        Integer.toString(round));
  }

  /** The plan that {@link #words} gave these. */
  static TurnPlan parse(List<String> words) {
    if (words.size() != WORDS) {
      throw new IllegalArgumentException("a plan has " + WORDS + " words, not " + words.size());
    }
    return new TurnPlan(
        words.get(0),
        Path.of(words.get(1)),
        Path.of(words.get(2)),
        Long.parseLong(words.get(3)),
        Boolean.parseBoolean(words.get(4)),
        Boolean.parseBoolean(words.get(5)),
        Integer.parseInt(words.get(6)));
  }
}
