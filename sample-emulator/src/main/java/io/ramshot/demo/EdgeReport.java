package io.ramshot.demo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line in which the edge guest says how far it has come.
 *
 * @param nanos when it came, by {@link System#nanoTime}
 * @param pass completed passes
 * @param page pages done in the next one
 * @param time the guest's clock, in ticks
 */
record EdgeReport(long nanos, long pass, long page, long time) {
  /** The guest's clock, in Hz. */
  static final double TICKS_PER_SECOND = 10_000_000;

  private static final Pattern LINE =
      Pattern.compile("edge: pass ([0-9]{1,18}) page ([0-9]{1,18}) time ([0-9]{1,18})");

  static Optional<EdgeReport> parse(Uart.Line line) {
    Matcher matcher = LINE.matcher(line.text());
    return matcher.matches()
        ? Optional.of(
            new EdgeReport(
                line.nanos(),
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3))))
        : Optional.empty();
  }

  /** Steps since the guest was ready. */
  long steps(long pages) {
    return pass * pages + page;
  }

  double seconds() {
    return time / TICKS_PER_SECOND;
  }

  @Override
  public String toString() {
    return Units.format("pass %d page %d time %.2f s", pass, page, seconds());
  }
}
