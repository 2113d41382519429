package io.ramshot.agent.jmx;

import io.ramshot.Pause;

/** The freeze in parts, as open data; times in ns. */
public final class PauseView {
  private final Pause pause;

  PauseView(Pause pause) {
    this.pause = pause;
  }

  public long getGateNanos() {
    return pause.gateNanos();
  }

  public long getStateNanos() {
    return pause.stateNanos();
  }

  public long getCopyNanos() {
    return pause.copyNanos();
  }

  public long getEdgesNanos() {
    return pause.edgesNanos();
  }

  public long getScanNanos() {
    return pause.scanNanos();
  }

  public long getArmNanos() {
    return pause.armNanos();
  }

  /** What the parts leave out: with it they add up to the total. */
  public long getOtherNanos() {
    return pause.otherNanos();
  }

  public long getTotalNanos() {
    return pause.totalNanos();
  }
}
