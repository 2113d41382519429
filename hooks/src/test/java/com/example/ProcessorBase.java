package com.example;

/** Has private state of its own. */
public abstract class ProcessorBase {
  private int pc;
  protected final short[] stack = new short[8];

  public int pc() {
    return pc;
  }

  public void pc(int value) {
    pc = value;
  }
}
