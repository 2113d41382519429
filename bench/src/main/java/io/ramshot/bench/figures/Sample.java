package io.ramshot.bench.figures;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one contender did in one round of a cell.
 *
 * <p>A figure has a value, or a reason why it has none, or the contender does not know it. Nothing
 * that was not measured is ever 0.
 */
public final class Sample {
  private final String contender;
  private final int round;
  private final Map<Figure, Double> values = new EnumMap<>(Figure.class);
  private final Map<Figure, String> reasons = new EnumMap<>(Figure.class);
  private SpeedTrace trace;
  private String failure;

  /**
   * @param round counted from 1
   */
  public Sample(String contender, int round) {
    this.contender = Objects.requireNonNull(contender, "contender");
    this.round = round;
  }

  public String contender() {
    return contender;
  }

  public int round() {
    return round;
  }

  /** Sets a figure, in its own unit; a value that is no number is missing. */
  public Sample set(Figure figure, double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return missing(figure, "nothing to divide by");
    }
    values.put(figure, value);
    reasons.remove(figure);
    return this;
  }

  /** Says why a figure has no value; a value that it has is dropped. */
  public Sample missing(Figure figure, String reason) {
    values.remove(figure);
    reasons.put(figure, reason);
    return this;
  }

  public OptionalDouble get(Figure figure) {
    Double value = values.get(figure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Why a figure has no value, if somebody said so. */
  public Optional<String> reason(Figure figure) {
    return Optional.ofNullable(reasons.get(figure));
  }

  /** In the order of {@link Figure}. */
  public Map<Figure, Double> values() {
    return values;
  }

  /** In the order of {@link Figure}. */
  public Map<Figure, String> reasons() {
    return reasons;
  }

  public Sample trace(SpeedTrace value) {
    trace = value;
    return this;
  }

  public Optional<SpeedTrace> trace() {
    return Optional.ofNullable(trace);
  }

  /** Says that the contender took no snapshot in this round, and why. */
  public Sample failed(String reason) {
    failure = reason;
    return this;
  }

  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }
}
