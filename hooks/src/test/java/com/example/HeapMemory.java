package com.example;

import java.nio.Buffer;

/** Guest RAM wherever a host may keep it, in fields of every sort. */
public class HeapMemory extends BaseMemory {

  /** One for all objects. */
  public static long[] shared;

  public byte[] bytes;
  public Object any;
  public Buffer buffer;
  public long address;
  public int count;

  public HeapMemory(int length) {
    this();
    bytes = new byte[length];
    words = new int[length];
  }

  /** Leaves the fields to whoever calls it. */
  public HeapMemory() {}
}
