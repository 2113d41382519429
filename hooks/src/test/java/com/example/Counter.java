package com.example;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A machine with one register, whose quantum writes the register to the next page of its RAM. */
public final class Counter {

  private static final int PAGE = 4096;

  private final ByteBuffer ram;
  private long register;

  public Counter(int pages) {
    ram = Memory.direct(pages * PAGE);
  }

  public void step() {
    register++;
    ram.putLong(page(register) * PAGE, register);
  }

  private int page(long count) {
    return (int) (count % (ram.capacity() / PAGE));
  }

  public long register() {
    return register;
  }

  /** Whether RAM is what it was when the register had this value. */
  public boolean isConsistent() {
    int pages = ram.capacity() / PAGE;
    for (long count = Math.max(1, register - pages + 1); count <= register; count++) {
      if (ram.getLong(page(count) * PAGE) != count) {
        return false;
      }
    }
    return true;
  }

  void save(DataOutput out) throws IOException {
    out.writeLong(register);
  }

  void load(DataInput in) throws IOException {
    register = in.readLong();
  }
}
