package io.ramshot.bench.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One figure over several rounds.
 *
 * @param count rounds that have it; the others are NaN if that is 0
 */
public record Summary(int count, double median, double min, double max) {

  /** The median of an even number of values is the mean of the two in the middle. */
  public static Summary of(List<Double> values) {
    if (values.isEmpty()) {
      return new Summary(0, Double.NaN, Double.NaN, Double.NaN);
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int size = sorted.size();
    double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    return new Summary(size, median, sorted.get(0), sorted.get(size - 1));
  }

  public boolean present() {
    return count > 0;
  }
}
