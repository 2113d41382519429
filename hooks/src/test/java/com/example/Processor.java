package com.example;

import java.util.concurrent.atomic.AtomicLong;

/** A machine that keeps its state in fields of every kind, some of its parent. */
public class Processor extends ProcessorBase {

  /** Where it is. */
  public enum Phase {
    FETCH,
    EXECUTE {}
  }

  /** What it is connected with. */
  public static class Bus {
    public byte[][] banks = {new byte[4], new byte[4], new byte[4]};
    public int cycles;
    public Processor master;
  }

  public final byte[] window;
  public byte[] current;
  public boolean halted;
  public byte flags;
  public char letter;
  public short half;
  public long cycles;
  public float ratio;
  public double load;
  public final int model;
  public final int[] registers = new int[4];
  public int[][] tables = {{1, 2}, null, {3}};
  public boolean[] lines = {true, false};
  public char[] screen = {'a'};
  public long[] counters = {1L << 40};
  public float[] f = {1.5f};
  public double[] d = {2.5};
  public String name = "cpu";
  public Phase phase = Phase.FETCH;
  public Integer boxed = 5;
  public Object any;
  public final AtomicLong ticks = new AtomicLong();
  public Bus bus;
  public transient int cache;
  public Object unknown;
  private final byte[][] banks;

  public Processor(int model, byte[][] banks) {
    this.model = model;
    this.banks = banks;
    window = banks[0];
    current = banks[0];
  }

  public short[] stack() {
    return stack;
  }

  public byte[][] banks() {
    return banks;
  }

  /** Is one of the JDK's as well. */
  public static class Core extends Thread {
    public int value;
  }

  /** Has state that no object has. */
  public static class Counted {
    public static int count;
    public int value;
    public long address;
  }
}
