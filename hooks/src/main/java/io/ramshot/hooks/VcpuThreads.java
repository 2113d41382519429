package io.ramshot.hooks;

import io.ramshot.boot.Gate;
import java.util.List;

/** The threads that run guest code, as far as gates have told. */
public final class VcpuThreads {
  private VcpuThreads() {}

  /** Those that live and have come to a gate, but in order to freeze. */
  public static List<Thread> living() {
    return Gate.threads();
  }
}
