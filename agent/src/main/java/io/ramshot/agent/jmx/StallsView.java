package io.ramshot.agent.jmx;

import io.ramshot.Stalls;

/** How long guest threads waited for pages, as open data; times in ns. */
public final class StallsView {
  private final Stalls stalls;

  StallsView(Stalls stalls) {
    this.stalls = stalls;
  }

  public long getCount() {
    return stalls.count();
  }

  public long getP50Nanos() {
    return stalls.p50Nanos();
  }

  public long getP99Nanos() {
    return stalls.p99Nanos();
  }

  public long getP999Nanos() {
    return stalls.p999Nanos();
  }

  public long getMaxNanos() {
    return stalls.maxNanos();
  }
}
