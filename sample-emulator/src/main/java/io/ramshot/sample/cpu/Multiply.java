package io.ramshot.sample.cpu;

/** The M extension's operations that are more than one Java operator. */
final class Multiply {

  static long highSignedUnsigned(long a, long b) {
    return Math.multiplyHigh(a, b) + (a & b >> 63);
  }

  static long highUnsigned(long a, long b) {
    return Math.multiplyHigh(a, b) + (a & b >> 63) + (b & a >> 63);
  }

  // Java divides Long.MIN_VALUE by -1 as RISC-V does; only a zero divisor needs care.

  static long divide(long a, long b) {
    return b == 0 ? -1 : a / b;
  }

  static long divideUnsigned(long a, long b) {
    return b == 0 ? -1 : Long.divideUnsigned(a, b);
  }

  static long remainder(long a, long b) {
    return b == 0 ? a : a % b;
  }

  static long remainderUnsigned(long a, long b) {
    return b == 0 ? a : Long.remainderUnsigned(a, b);
  }

  static int divide(int a, int b) {
    return b == 0 ? -1 : a / b;
  }

  static int divideUnsigned(int a, int b) {
    return b == 0 ? -1 : Integer.divideUnsigned(a, b);
  }

  static int remainder(int a, int b) {
    return b == 0 ? a : a % b;
  }

  static int remainderUnsigned(int a, int b) {
    return b == 0 ? a : Integer.remainderUnsigned(a, b);
  }

  private Multiply() {}
}
