package io.ramshot.sample.cpu;

/** Privilege modes, numbered as the architecture does. */
public final class Privilege {

  public static final int USER = 0;
  public static final int SUPERVISOR = 1;
  public static final int MACHINE = 3;

  private Privilege() {}
}
