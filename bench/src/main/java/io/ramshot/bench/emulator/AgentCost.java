package io.ramshot.bench.emulator;

import io.ramshot.bench.driver.Study;
import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import io.ramshot.bench.figures.Sample;
import io.ramshot.bench.figures.Summary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the agent costs a guest while no snapshot runs: the same emulator with and without it.
 *
 * <p>All are warm and stand still, but one, each in its turn for half a second, so that what the
 * machine does meanwhile hits all alike.
 */
public final class AgentCost implements Study {
  private static final String PLAIN = "no-agent";

  /** With huge pages off it is the gate's cost alone; with them the guest gets faster. */
  private static final Map<String, List<String>> AGENTS =
      Map.of("agent", List.of(), "agent-no-hugepages", List.of("hugepages=false"));

  private static final List<String> ORDER = List.of(PLAIN, "agent-no-hugepages", "agent");

  private static final long RAM_BYTES = 256L << 20;
  private static final int ROUNDS = 3;
  private static final int TURNS = 10;
  private static final long WARM_UP_MILLIS = 5_000;

  /** Caches, before each turn is measured. */
  private static final long RESUME_MILLIS = 100;

  private static final long TURN_MILLIS = 500;
  private static final double NANOS_PER_MICRO = 1e3;

  private final Jars jars;

  public AgentCost(Jars jars) {
    this.jars = jars;
  }

  @Override
  public String name() {
    return "no-snapshot";
  }

  @Override
  public String description() {
    return "the sample emulator, 256 MiB, with and without the agent, no snapshot";
  }

  @Override
  public void run(Results results, int rounds) throws IOException, InterruptedException {
    Optional<String> missing = jars.missing();
    if (missing.isPresent()) {
      results.note(name() + " is left out: " + missing.get());
      return;
    }
    results.cell(name(), description());
    for (int round = 1; round <= (rounds == 0 ? ROUNDS : rounds); round++) {
      round(results, round);
    }
  }

  private void round(Results results, int round) throws IOException, InterruptedException {
    List<Emulator> emulators = new ArrayList<>();
    try {
      for (String name : ORDER) {
        Emulator emulator = Emulator.start(jars, RAM_BYTES, AGENTS.get(name));
        emulators.add(emulator);
        Thread.sleep(WARM_UP_MILLIS);
        emulator.signal("STOP");
      }
      List<List<Double>> speeds = new ArrayList<>();
      ORDER.forEach(name -> speeds.add(new ArrayList<>()));
      for (int turn = 0; turn < TURNS; turn++) {
        for (int i = 0; i < emulators.size(); i++) {
          speeds.get(i).add(speed(emulators.get(i)));
        }
      }
      for (int i = 0; i < ORDER.size(); i++) {
        double speed = Summary.of(speeds.get(i)).median();
        Sample sample = new Sample(ORDER.get(i), round).set(Figure.BEFORE_MOPS, speed);
        if (i > 0) {
          sample.set(Figure.COST_PERCENT, cost(speeds.get(i), speeds.get(0)));
        }
        results.add(name(), sample);
      }
    } finally {
      emulators.forEach(Emulator::close);
    }
  }

  /** Turn by turn, against the plain one's turn right before: the machine is the same then. */
  private static double cost(List<Double> speeds, List<Double> plain) {
    List<Double> costs = new ArrayList<>();
    for (int turn = 0; turn < speeds.size(); turn++) {
      costs.add(100 * (1 - speeds.get(turn) / plain.get(turn)));
    }
    return Summary.of(costs).median();
  }

  /** Million pages a second. */
  private static double speed(Emulator emulator) throws IOException, InterruptedException {
    emulator.signal("CONT");
    Thread.sleep(RESUME_MILLIS);
    long steps = emulator.steps();
    long start = System.nanoTime();
    Thread.sleep(TURN_MILLIS);
    double speed = (emulator.steps() - steps) * NANOS_PER_MICRO / (System.nanoTime() - start);
    emulator.signal("STOP");
    return speed;
  }
}
