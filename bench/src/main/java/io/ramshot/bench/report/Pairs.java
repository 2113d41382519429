package io.ramshot.bench.report;

import io.ramshot.bench.figures.Figure;
import io.ramshot.bench.figures.Results;
import java.util.ArrayList;
import java.util.List;

/** One line for programs: medians as {@code name=value}, blanks between; what is missing is -. */
public final class Pairs {
  private final Results results;
  private final List<String> pairs = new ArrayList<>();

  public Pairs(Results results) {
    this.results = results;
  }

  public Pairs add(String name, String cell, String contender, Figure figure) {
    pairs.add(name + "=" + Numbers.plain(results.summary(cell, contender, figure).median()));
    return this;
  }

  @Override
  public String toString() {
    return String.join(" ", pairs);
  }
}
