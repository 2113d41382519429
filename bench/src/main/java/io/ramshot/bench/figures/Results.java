package io.ramshot.bench.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every sample of a run, cell by cell, and what was left out and why. */
public final class Results {
  private final Map<String, List<Sample>> cells = new LinkedHashMap<>();
  private final Map<String, String> descriptions = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Begins a cell.
   *
   * @param description one line for people
   */
  public void cell(String name, String description) {
    cells.putIfAbsent(name, new ArrayList<>());
    descriptions.put(name, description);
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
