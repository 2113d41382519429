package io.ramshot.bench.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A sample as lines of text, on its way from one JVM to another. */
public final class SampleText {
  private static final String VALUE = "value";
  private static final String MISSING = "missing";
  private static final String TRACE = "trace";
  private static final String FAILED = "failed";

  private SampleText() {}

  /** Each line is a keyword, and what belongs to it, separated by blanks. */
  public static List<String> lines(Sample sample) {
    List<String> lines = new ArrayList<>();
    sample.values().forEach((figure, value) -> lines.add(join(VALUE, figure.key(), value)));
    sample.reasons().forEach((figure, why) -> lines.add(join(MISSING, figure.key(), oneLine(why))));
    sample.trace().ifPresent(trace -> lines.add(trace(trace)));
    sample.failure().ifPresent(why -> lines.add(join(FAILED, oneLine(why))));
    return lines;
  }

  private static String join(Object... words) {
    List<String> texts = new ArrayList<>();
    for (Object word : words) {
      texts.add(word.toString());
    }
    return String.join(" ", texts);
  }

  private static String oneLine(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining(" "));
  }

  private static String trace(SpeedTrace trace) {
    List<String> shares = new ArrayList<>();
    for (double share : trace.shares()) {
      shares.add(String.format(Locale.ROOT, "%.4f", share));
    }
    return join(
        TRACE,
        trace.bucketNanos(),
        trace.freezeNanos(),
        trace.endNanos(),
        shares.isEmpty() ? "-" : String.join(",", shares));
  }

  /**
   * Adds what a line says to a sample.
   *
   * @throws IllegalArgumentException if it says nothing
   */
  public static void take(Sample sample, String line) {
    String[] words = line.split(" ", 3);
    switch (words[0]) {
      case VALUE -> sample.set(figure(words, line), Double.parseDouble(words[2]));
      case MISSING -> sample.missing(figure(words, line), words[2]);
      case TRACE -> sample.trace(parseTrace(line.split(" ")));
      case FAILED -> sample.failed(line.substring(FAILED.length()).strip());
      default -> throw new IllegalArgumentException("no part of a sample: " + line);
    }
  }

  private static Figure figure(String[] words, String line) {
    Figure figure = words.length < 3 ? null : Figure.of(words[1]);
    if (figure == null) {
      throw new IllegalArgumentException("no known figure: " + line);
    }
    return figure;
  }

  private static SpeedTrace parseTrace(String[] words) {
    String[] texts = words[4].equals("-") ? new String[0] : words[4].split(",");
    double[] shares = new double[texts.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = Double.parseDouble(texts[i]);
    }
    return new SpeedTrace(
        Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]), shares);
  }
}
