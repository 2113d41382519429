package io.ramshot.sample.cpu;

import io.ramshot.sample.state.StateReader;
import io.ramshot.sample.state.StateWriter;
import java.math.BigInteger;

/** The F and D extensions: the f registers and all instructions on them but loads and stores. */
final class Fpu {

  /** Upper half of a register that holds a single. */
  private static final long BOX = -1L << 32;

  private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);
  private static final BigInteger[] MIN = {
    BigInteger.valueOf(Integer.MIN_VALUE),
    BigInteger.ZERO,
    BigInteger.valueOf(Long.MIN_VALUE),
    BigInteger.ZERO
  };
  private static final BigInteger[] MAX = {
    BigInteger.valueOf(Integer.MAX_VALUE),
    BigInteger.valueOf(0xffff_ffffL),
    BigInteger.valueOf(Long.MAX_VALUE),
    TWO_64.subtract(BigInteger.ONE)
  };

  /** Rounding mode of an instruction that says: the one in frm. */
  private static final int DYNAMIC = 7;

  final long[] f = new long[32];

  private final long[] x;
  private final ControlRegisters csrs;

  /**
   * @param x the integer registers
   */
  Fpu(long[] x, ControlRegisters csrs) {
    this.x = x;
    this.csrs = csrs;
  }

  /** Returns the register content that holds the single {@code bits}. */
  static long box(int bits) {
    return BOX | bits & 0xffff_ffffL;
  }

  /** Executes {@code insn}; returns false if it is illegal. */
  boolean execute(int insn) {
    if (!csrs.floatEnabled()) {
      return false;
    }
    if ((insn >> 25 & 3) > 1) {
      return false;
    }
    FloatFormat format = (insn >> 25 & 1) == 0 ? FloatFormat.SINGLE : FloatFormat.DOUBLE;
    return (insn & 0x7f) == 0x53 ? operation(insn, format) : fused(insn, format);
  }

  private boolean fused(int insn, FloatFormat format) {
    int mode = rounding(insn);
    if (mode < 0) {
      return false;
    }
    // The opcode's bits 2 and 3: subtract the third operand, negate the product.
    boolean subtract = (insn >> 2 & 1) != 0;
    boolean negate = (insn >> 3 & 1) != 0;
    long c = operand(insn >>> 27, format) ^ (subtract ? format.signBit() : 0);
    long a = operand(insn >> 15, format);
    long b = operand(insn >> 20, format);
    put(insn, format, format.multiplyAdd(a, b, c, negate, mode));
    return true;
  }

  private boolean operation(int insn, FloatFormat format) {
    int function = insn >>> 27;
    int selector = insn >> 12 & 7;
    int rs2 = insn >> 20 & 31;
    long a = operand(insn >> 15, format);
    long b = operand(insn >> 20, format);
    return switch (function) {
      case 0x00, 0x01, 0x02, 0x03 -> arithmetic(insn, format, a, b);
      case 0x0b -> rs2 == 0 && squareRoot(insn, format, a);
      case 0x04 -> signInjection(insn, format, a, b);
      case 0x05 -> selector <= 1 && put(insn, format, format.extreme(a, b, selector == 1));
      case 0x08 -> convertFormat(insn, format);
      case 0x14 -> compare(insn, format, a, b);
      case 0x18 -> toInteger(insn, format, a);
      case 0x1a -> fromInteger(insn, format);
      case 0x1c -> rs2 == 0 && moveToInteger(insn, format, a);
      case 0x1e -> rs2 == 0 && selector == 0 && moveFromInteger(insn, format);
      default -> false;
    };
  }

  private boolean arithmetic(int insn, FloatFormat format, long a, long b) {
    int mode = rounding(insn);
    if (mode < 0) {
      return false;
    }
    return put(
        insn,
        format,
        switch (insn >>> 27) {
          case 0x00 -> format.add(a, b, mode);
          case 0x01 -> format.subtract(a, b, mode);
          case 0x02 -> format.multiply(a, b, mode);
          default -> format.divide(a, b, mode);
        });
  }

  private boolean squareRoot(int insn, FloatFormat format, long a) {
    int mode = rounding(insn);
    return mode >= 0 && put(insn, format, format.squareRoot(a, mode));
  }

  private boolean signInjection(int insn, FloatFormat format, long a, long b) {
    long sign = format.signBit();
    long result;
    switch (insn >> 12 & 7) {
      case 0 -> result = a & ~sign | b & sign;
      case 1 -> result = a & ~sign | ~b & sign;
      case 2 -> result = a ^ b & sign;
      default -> {
        return false;
      }
    }
    return put(insn, format, new FloatFormat.Result(result, 0));
  }

  private boolean convertFormat(int insn, FloatFormat target) {
    int mode = rounding(insn);
    int source = insn >> 20 & 31;
    if (mode < 0 || source > 1 || source == target.ordinal()) {
      return false;
    }
    FloatFormat from = source == 0 ? FloatFormat.SINGLE : FloatFormat.DOUBLE;
    return put(insn, target, from.convert(operand(insn >> 15, from), target, mode));
  }

  private boolean compare(int insn, FloatFormat format, long a, long b) {
    FloatFormat.Result result;
    switch (insn >> 12 & 7) {
      case 0 -> result = format.less(a, b, true);
      case 1 -> result = format.less(a, b, false);
      case 2 -> result = format.equal(a, b);
      default -> {
        return false;
      }
    }
    putInteger(insn, result.bits());
    raise(result.flags());
    return true;
  }

  /** FCVT.W, WU, L and LU, in this order of the second source field. */
  private boolean toInteger(int insn, FloatFormat format, long a) {
    int kind = insn >> 20 & 31;
    int mode = rounding(insn);
    if (kind > 3 || mode < 0) {
      return false;
    }
    FloatFormat.Result result = format.toInteger(a, MIN[kind], MAX[kind], mode);
    putInteger(insn, kind < 2 ? (int) result.bits() : result.bits());
    raise(result.flags());
    return true;
  }

  private boolean fromInteger(int insn, FloatFormat format) {
    int kind = insn >> 20 & 31;
    int mode = rounding(insn);
    if (kind > 3 || mode < 0) {
      return false;
    }
    long value = x[insn >> 15 & 31];
    BigInteger integer =
        switch (kind) {
          case 0 -> BigInteger.valueOf((int) value);
          case 1 -> BigInteger.valueOf(value & 0xffff_ffffL);
          case 2 -> BigInteger.valueOf(value);
          default -> value < 0 ? BigInteger.valueOf(value).add(TWO_64) : BigInteger.valueOf(value);
        };
    return put(insn, format, format.fromInteger(integer, mode));
  }

  /** FMV.X and FCLASS. */
  private boolean moveToInteger(int insn, FloatFormat format, long a) {
    long raw = f[insn >> 15 & 31];
    switch (insn >> 12 & 7) {
      case 0 -> putInteger(insn, format == FloatFormat.SINGLE ? (int) raw : raw);
      case 1 -> putInteger(insn, format.classify(a));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean moveFromInteger(int insn, FloatFormat format) {
    return put(insn, format, new FloatFormat.Result(x[insn >> 15 & 31], 0));
  }

  /** Returns the rounding mode of an instruction, or -1 if there is none of that number. */
  private int rounding(int insn) {
    int mode = insn >> 12 & 7;
    int effective = mode == DYNAMIC ? csrs.frm : mode;
    return effective <= FloatFormat.NEAREST_AWAY ? effective : -1;
  }

  /** Returns the operand in register {@code number}: a single that is not boxed is a NaN. */
  private long operand(int number, FloatFormat format) {
    long raw = f[number & 31];
    if (format == FloatFormat.DOUBLE) {
      return raw;
    }
    return (raw & BOX) == BOX ? raw & ~BOX : format.nan();
  }

  private boolean put(int insn, FloatFormat format, FloatFormat.Result result) {
    long bits = result.bits();
    f[insn >> 7 & 31] = format == FloatFormat.SINGLE ? box((int) bits) : bits;
    raise(result.flags());
    csrs.markFloatDirty();
    return true;
  }

  private void putInteger(int insn, long value) {
    int rd = insn >> 7 & 31;
    if (rd != 0) {
      x[rd] = value;
    }
  }

  private void raise(int flags) {
    if (flags != 0) {
      csrs.fflags |= flags;
      csrs.markFloatDirty();
    }
  }

  void save(StateWriter out) {
    out.putLongs(f);
  }

  void load(StateReader in) {
    in.getLongs(f);
  }
}
