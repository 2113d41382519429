package com.example;

/** A device with fields that no restore can set. */
public class Fixed {
  public final int constant = 7;
  public final String name = new String("disk");
  public final long made = System.nanoTime();
  public final Object none = null;
  public final int[] filled = {1};
}
