package io.ramshot.demo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the RAM test at U-Boot's prompt has printed: its rounds, and how fast it went.
 *
 * <p>Each round does the same work and prints the same number of lines. Where in a round each of
 * them stands is learnt from the rounds before, so progress is known in parts of a round: some
 * seven of them, 2 to 45 % of it each.
 */
final class RamTest {
  private static final Pattern OK = Pattern.compile("round 0x([0-9a-f]{1,8}) ok");
  private static final String FAILED = "FAILED at";

  private final Uart uart;
  private final int firstLine;

  /**
   * @param firstLine the first of the test's lines
   */
  RamTest(Uart uart, int firstLine) {
    this.uart = uart;
    this.firstLine = firstLine;
  }

  /** The number of the round that a line ends. */
  private static Optional<Integer> round(Uart.Line line) {
    Matcher matcher = OK.matcher(line.text());
    return matcher.matches()
        ? Optional.of(Integer.parseInt(matcher.group(1), 16))
        : Optional.empty();
  }

  /** The rounds that have ended well, in order. */
  List<Integer> rounds() {
    return uart.linesFrom(firstLine).stream().flatMap(line -> round(line).stream()).toList();
  }

  /** The newest round that has ended well; 0 before the first. */
  int newest() {
    List<Integer> rounds = rounds();
    return rounds.isEmpty() ? 0 : rounds.get(rounds.size() - 1);
  }

  /** Waits for a round to end well; all that has ended must have. */
  void await(int wanted) throws DemoException, InterruptedException {
    String broken =
        uart.awaitLine(
            "round " + wanted,
            firstLine,
            line -> {
              if (line.text().contains(FAILED)) {
                return Optional.of(line.text());
              }
              return round(line).filter(number -> number >= wanted).map(number -> "");
            });
    DemoException.require(broken.isEmpty(), "the guest found its RAM broken: %s", broken);
  }

  /** Waits for the next round to end well, whatever its number, and returns that. */
  int awaitAny() throws DemoException, InterruptedException {
    await(0);
    return rounds().get(0);
  }

  /**
   * Rounds per second between two times in ns.
   *
   * @param learn rounds that ended before this time tell where in a round each line stands
   */
  double speed(long from, long to, long learn) throws DemoException {
    List<List<Uart.Line>> rounds = split();
    double[] place = places(rounds.stream().filter(r -> end(r) - learn < 0).toList());
    List<double[]> curve = new ArrayList<>();
    for (int i = 0; i < rounds.size(); i++) {
      for (int j = 0; j < Math.min(place.length, rounds.get(i).size()); j++) {
        curve.add(new double[] {rounds.get(i).get(j).nanos() - from, i + place[j]});
      }
    }
    return (at(curve, to - from) - at(curve, 0)) * Units.NANOS_PER_SECOND / (to - from);
  }

  /** The lines of each round, and those of the one that is under way. */
  private List<List<Uart.Line>> split() {
    List<List<Uart.Line>> rounds = new ArrayList<>();
    List<Uart.Line> current = new ArrayList<>();
    for (Uart.Line line : uart.linesFrom(firstLine)) {
      current.add(line);
      if (round(line).isPresent()) {
        rounds.add(current);
        current = new ArrayList<>();
      }
    }
    rounds.add(current);
    return rounds;
  }

  private static long end(List<Uart.Line> round) {
    return round.isEmpty() ? Long.MAX_VALUE : round.get(round.size() - 1).nanos();
  }

  /** Where in a round, from 0 to 1, each of its lines stands: the median over rounds. */
  private static double[] places(List<List<Uart.Line>> rounds) throws DemoException {
    DemoException.require(rounds.size() > 2, "too few rounds to learn from");
    int lines = rounds.get(1).size();
    double[] places = new double[lines];
    for (int j = 0; j < lines; j++) {
      List<Double> seen = new ArrayList<>();
      for (int i = 1; i < rounds.size(); i++) {
        if (rounds.get(i).size() == lines) {
          double start = end(rounds.get(i - 1));
          seen.add((rounds.get(i).get(j).nanos() - start) / (end(rounds.get(i)) - start));
        }
      }
      places[j] = seen.stream().sorted().toList().get(seen.size() / 2);
    }
    return places;
  }

  /** Interpolates. */
  private static double at(List<double[]> curve, double time) throws DemoException {
    double[] times = curve.stream().mapToDouble(point -> point[0]).toArray();
    int found = Arrays.binarySearch(times, time);
    int next = found >= 0 ? found + 1 : -found - 1;
    DemoException.require(
        next > 0 && next < times.length, "the guest's rounds were not watched then");
    double[] before = curve.get(next - 1);
    double[] after = curve.get(next);
    // Two lines may come at once.
    double share = after[0] > before[0] ? (time - before[0]) / (after[0] - before[0]) : 1;
    return before[1] + share * (after[1] - before[1]);
  }
}
