package com.example;

/** A processor whose quantum is written once, for all of its kinds. */
public interface Cpu {

  /** One quantum. */
  default void step(Runnable body) {
    body.run();
  }

  /** Without code here. */
  void cycle();
}
