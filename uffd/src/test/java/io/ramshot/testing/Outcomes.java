package io.ramshot.testing;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Counts how inputs of a fuzzer ended. A fuzzer that only ever finds a wrong checksum proves
 * nothing: the counts show how far behind the checks it came.
 */
public final class Outcomes {
  /** Before each line of a summary. */
  public static final String PREFIX = "outcome ";

  private static final int MAX_KINDS = 1000;
  private static final Pattern NAMES =
      Pattern.compile(
          "[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-f]+|-?[0-9]+|(?<=has )[A-Za-z]{4}(?= where)"
              + "|(?<=(block|blocks|participants|figures|section) (named )?)[^ ]+");

  private final Map<String, Long> counts = new TreeMap<>();

  /**
   * @param text of which numbers and names are left out, so that like ends count together
   */
  public void add(String text) {
    String kind = NAMES.matcher(text).replaceAll("#");
    if (counts.size() < MAX_KINDS || counts.containsKey(kind)) {
      counts.merge(kind, 1L, Long::sum);
    }
  }

  public Map<String, Long> counts() {
    return counts;
  }

  public void print() {
    counts.forEach((kind, count) -> System.out.println(PREFIX + count + " " + kind));
  }
}
