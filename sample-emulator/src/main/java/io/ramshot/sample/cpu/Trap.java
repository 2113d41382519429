package io.ramshot.sample.cpu;

/** A synchronous exception on its way from where it was found to the hart's trap entry. */
public final class Trap extends Exception {

  private static final long serialVersionUID = 1;

  public static final int INSTRUCTION_ACCESS_FAULT = 1;
  public static final int ILLEGAL_INSTRUCTION = 2;
  public static final int BREAKPOINT = 3;
  public static final int LOAD_MISALIGNED = 4;
  public static final int LOAD_ACCESS_FAULT = 5;
  public static final int STORE_MISALIGNED = 6;
  public static final int STORE_ACCESS_FAULT = 7;

  /** Environment call from U-mode; the modes above count up from here. */
  public static final int ECALL = 8;

  public static final int INSTRUCTION_PAGE_FAULT = 12;
  public static final int LOAD_PAGE_FAULT = 13;
  public static final int STORE_PAGE_FAULT = 15;

  private final int cause;
  private final long value;

  /**
   * @param cause what mcause will hold
   * @param value what mtval will hold
   */
  Trap(int cause, long value) {
    // Guests trap often and by design: a stack trace would cost more than the trap.
    super(null, null, false, false);
    this.cause = cause;
    this.value = value;
  }

  int cause() {
    return cause;
  }

  long value() {
    return value;
  }
}
