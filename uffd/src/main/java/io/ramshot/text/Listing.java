package io.ramshot.text;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * A list of names in a message: all of a few, of many the first and how many more there are. A
 * guest may have thousands of blocks, and a message is to be read.
 */
public final class Listing {
  /** A list of so many is still read; of a longer one come {@link #FIRST}. */
  public static final int SHORT = 5;

  /** How many of a longer list are shown. */
  public static final int FIRST = 3;

  private Listing() {}

  /** "a, b, c and 3196 more". */
  public static String of(Collection<?> items) {
    return of(items, ", ");
  }

  /**
   * @param separator between two items
   */
  public static String of(Collection<?> items, String separator) {
    if (items.size() <= SHORT) {
      return items.stream().map(String::valueOf).collect(Collectors.joining(separator));
    }
    return items.stream().limit(FIRST).map(String::valueOf).collect(Collectors.joining(separator))
        + " and "
        + (items.size() - FIRST)
        + " more";
  }
}
