package io.ramshot.bench.cell;

import java.util.Locale;

/** The garbage collectors that a guest's JVM may have. */
public enum Collector {
  SERIAL("UseSerialGC"),
  G1("UseG1GC"),
  PARALLEL("UseParallelGC"),
  SHENANDOAH("UseShenandoahGC"),
  /** ramshot copies RAM on its heap in the freeze. */
  Z("UseZGC");

  private final String flag;

  Collector(String flag) {
    this.flag = flag;
  }

  /** The option of the JVM. */
  public String option() {
    return "-XX:+" + flag;
  }

  /** The name in tables and files. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
