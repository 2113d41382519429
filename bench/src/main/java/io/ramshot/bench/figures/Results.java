package io.ramshot.bench.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Every sample of a run, cell by cell, and what was left out and why. */
public final class Results {
  /** Whom contenders are compared with, where nothing else is said. */
  public static final String BASE = "ramshot";

  /** Others may take this share of the CPUs and are not worth a word: the kernel's own threads. */
  private static final double QUIET = 0.1;

  private final Map<String, List<Sample>> cells = new LinkedHashMap<>();
  private final Map<String, String> descriptions = new LinkedHashMap<>();
  private final Map<String, String> bases = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Begins a cell in which all are compared with {@link #BASE}.
   *
   * @param description one line for people
   */
  public void cell(String name, String description) {
    cell(name, description, BASE);
  }

  /**
   * Begins a cell.
   *
   * @param description one line for people
   * @param base the contender whom all others are compared with
   */
  public void cell(String name, String description, String base) {
    cells.putIfAbsent(name, new ArrayList<>());
    descriptions.put(name, description);
    bases.put(name, base);
  }

  /** Whom a cell's contenders are compared with. */
  public String base(String cell) {
    return bases.getOrDefault(cell, BASE);
  }

  public void add(String cell, Sample sample) {
    cells.computeIfAbsent(cell, name -> new ArrayList<>()).add(sample);
  }

  /** Says what was left out; each text once. */
  public void note(String text) {
    if (!notes.contains(text)) {
      notes.add(text);
    }
  }

  /** Says how much other programs got in the way, if they did. */
  public void noteOthers() {
    List<Double> shares = new ArrayList<>();
    for (List<Sample> samples : cells.values()) {
      samples.forEach(sample -> sample.get(Figure.OTHERS_CPU).ifPresent(shares::add));
    }
    Summary others = Summary.of(shares);
    if (others.present() && others.max() > QUIET) {
      note(
          String.format(
              Locale.ROOT,
              "other programs took up to %.0f %% of the CPUs in a round (median %.0f %%): such"
                  + " figures are worse than they should be, run it on a quiet machine",
              100 * others.max(),
              100 * others.median()));
    }
  }

  public List<String> notes() {
    return notes;
  }

  /** Names, in the order in which they began. */
  public Set<String> cells() {
    return cells.keySet();
  }

  public String description(String cell) {
    return descriptions.getOrDefault(cell, "");
  }

  public List<Sample> samples(String cell) {
    return cells.getOrDefault(cell, List.of());
  }

  /** Who took part in a cell, in the order of the first turns. */
  public Set<String> contenders(String cell) {
    Set<String> names = new LinkedHashSet<>();
    samples(cell).forEach(sample -> names.add(sample.contender()));
    return names;
  }

  /** One figure of one contender over all rounds that have it. */
  public Summary summary(String cell, String contender, Figure figure) {
    List<Double> values = new ArrayList<>();
    for (Sample sample : samples(cell)) {
      if (sample.contender().equals(contender)) {
        sample.get(figure).ifPresent(values::add);
      }
    }
    return Summary.of(values);
  }

  /** Why a contender lacks a figure: the first reason that it gave, or null. */
  public String reason(String cell, String contender, Figure figure) {
    for (Sample sample : samples(cell)) {
      if (sample.contender().equals(contender)) {
        if (sample.failure().isPresent()) {
          return sample.failure().get();
        }
        if (sample.reason(figure).isPresent()) {
          return sample.reason(figure).get();
        }
      }
    }
    return null;
  }

  /** Whether any contender failed in any round. */
  public boolean anyFailure() {
    return cells.values().stream()
        .flatMap(List::stream)
        .anyMatch(sample -> sample.failure().isPresent());
  }
}
