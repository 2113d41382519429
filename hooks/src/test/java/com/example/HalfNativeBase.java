package com.example;

/** A parent without native methods, whose fields those of a subclass may fill. */
public class HalfNativeBase {
  public long peer;
  public short half;
}
