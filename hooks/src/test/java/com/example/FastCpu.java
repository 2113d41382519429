package com.example;

/** A kind of processor. */
public final class FastCpu implements Cpu {

  @Override
  public void cycle() {}
}
