package com.example;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** A machine whose quanta and whose state tests hook. */
public class Board {

  public final AtomicLong quanta = new AtomicLong();
  public byte[] registers = {1, 2, 3};

  public Board() {
    this(0);
  }

  public Board(int first) {
    registers[0] = (byte) first;
  }

  /** One quantum. */
  public void step() {
    quanta.incrementAndGet();
  }

  /** One quantum that does what it is given. */
  public void step(Runnable body) {
    body.run();
  }

  public final int run(int cycles, long[] counters) {
    step();
    return cycles;
  }

  byte[] save() {
    return registers.clone();
  }

  private void load(byte[] state) {
    registers = state.clone();
  }

  public void saveStream(OutputStream out) throws IOException {
    out.write(registers);
  }

  public void loadStream(InputStream in) throws IOException {
    registers = in.readAllBytes();
  }

  protected void saveData(DataOutput out) throws IOException {
    out.writeInt(registers.length);
    out.write(registers);
  }

  protected void loadData(DataInput in) throws IOException {
    registers = new byte[in.readInt()];
    in.readFully(registers);
  }

  void saveBadly(OutputStream out) throws IOException {
    throw new IOException("the disk controller is busy");
  }

  /** Keeps javac from seeing an unused private method. */
  void reset() {
    load(new byte[3]);
  }
}
