package com.example;

/** A front end's settings, one of which has "state" in its name. */
public final class Settings {
  private String labelSortState = "none";

  public String getLabelSortState() {
    return labelSortState;
  }

  public void setLabelSortState(String state) {
    labelSortState = state;
  }

  /** A machine that saves itself by a getter and a setter. */
  public static final class Machine {
    private byte[] registers = new byte[8];

    public byte[] getState() {
      return registers.clone();
    }

    public void setState(byte[] state) {
      registers = state.clone();
    }
  }
}
