package io.ramshot.hooks;

import java.util.List;

/**
 * What became of a configured gate.
 *
 * @param gate as configured
 * @param loaded whether its class has been loaded
 * @param methods the methods it matched, with their parameter types; empty if there is none
 * @param called whether a thread has come to it
 */
public record GateInfo(GateSpec gate, boolean loaded, List<String> methods, boolean called) {

  /** Whether the class has such a method. */
  public boolean found() {
    return !methods.isEmpty();
  }
}
