package io.ramshot.sample.cpu;

import java.math.BigInteger;

/**
 * IEEE 754 arithmetic in one binary format, exact in every rounding mode and flag.
 *
 * <p>Finite numbers become integers times powers of two, are computed with exactly, and are rounded
 * once. That is slow and plainly right, which suits firmware: it hardly computes with floats.
 */
enum FloatFormat {
  SINGLE(8, 23),
  DOUBLE(11, 52);

  // Rounding modes, as instructions encode them.
  static final int NEAREST_EVEN = 0;
  static final int TOWARDS_ZERO = 1;
  static final int DOWN = 2;
  static final int UP = 3;
  static final int NEAREST_AWAY = 4;

  // Exception flags, as in fflags.
  static final int INEXACT = 1;
  static final int UNDERFLOW = 2;
  static final int OVERFLOW = 4;
  static final int DIVIDE_BY_ZERO = 8;
  static final int INVALID = 16;

  /** What an operation returns: the bits of a float or an integer, and the flags it raises. */
  record Result(long bits, int flags) {}

  /** The number (-1)^negative * magnitude * 2^exponent. */
  private record Exact(boolean negative, BigInteger magnitude, int exponent) {

    Exact negated(boolean change) {
      return new Exact(negative ^ change, magnitude, exponent);
    }

    boolean isZero() {
      return magnitude.signum() == 0;
    }

    /** Returns the signed integer this is at the (not greater) exponent {@code at}. */
    BigInteger scaledTo(int at) {
      BigInteger scaled = magnitude.shiftLeft(exponent - at);
      return negative ? scaled.negate() : scaled;
    }
  }

  /** An integer that a number was rounded to, and whether that changed it. */
  private record Rounded(BigInteger integer, boolean inexact) {}

  private final int fractionBits;
  private final int bias;
  private final int maxBiased;
  private final long fractionMask;
  private final long signBit;

  FloatFormat(int exponentBits, int fractionBits) {
    this.fractionBits = fractionBits;
    this.bias = (1 << exponentBits - 1) - 1;
    this.maxBiased = (1 << exponentBits) - 1;
    this.fractionMask = (1L << fractionBits) - 1;
    this.signBit = 1L << exponentBits + fractionBits;
  }

  long signBit() {
    return signBit;
  }

  /** Returns the one NaN that operations produce. */
  long nan() {
    return infinity(false) | 1L << fractionBits - 1;
  }

  private long infinity(boolean negative) {
    return (long) maxBiased << fractionBits | zero(negative);
  }

  private long zero(boolean negative) {
    return negative ? signBit : 0;
  }

  private boolean negative(long bits) {
    return (bits & signBit) != 0;
  }

  private int biased(long bits) {
    return (int) (bits >>> fractionBits) & maxBiased;
  }

  boolean isNan(long bits) {
    return biased(bits) == maxBiased && (bits & fractionMask) != 0;
  }

  private boolean isSignalling(long bits) {
    return isNan(bits) && (bits & 1L << fractionBits - 1) == 0;
  }

  private boolean isInfinite(long bits) {
    return biased(bits) == maxBiased && (bits & fractionMask) == 0;
  }

  private boolean isZero(long bits) {
    return (bits & ~signBit) == 0;
  }

  private Exact exact(long bits) {
    long fraction = bits & fractionMask;
    int biased = biased(bits);
    long significand = biased == 0 ? fraction : fraction | 1L << fractionBits;
    int exponent = Math.max(biased, 1) - bias - fractionBits;
    return new Exact(negative(bits), BigInteger.valueOf(significand), exponent);
  }

  /** Returns the NaN that an operation on {@code operands} gives, one of which is a NaN. */
  private Result propagate(long... operands) {
    int flags = 0;
    for (long operand : operands) {
      flags |= isSignalling(operand) ? INVALID : 0;
    }
    return new Result(nan(), flags);
  }

  private Result invalid() {
    return new Result(nan(), INVALID);
  }

  Result add(long a, long b, int mode) {
    if (isNan(a) || isNan(b)) {
      return propagate(a, b);
    }
    if (isInfinite(a) || isInfinite(b)) {
      return addInfinite(a, b);
    }
    return sum(exact(a), exact(b), mode);
  }

  private Result addInfinite(long a, long b) {
    if (isInfinite(a) && isInfinite(b) && negative(a) != negative(b)) {
      return invalid();
    }
    return new Result(isInfinite(a) ? a : b, 0);
  }

  private Result sum(Exact a, Exact b, int mode) {
    if (a.isZero() && b.isZero() && a.negative == b.negative) {
      return new Result(zero(a.negative), 0);
    }
    int exponent = Math.min(a.exponent, b.exponent);
    BigInteger sum = a.scaledTo(exponent).add(b.scaledTo(exponent));
    if (sum.signum() == 0) {
      return new Result(zero(mode == DOWN), 0);
    }
    return round(new Exact(sum.signum() < 0, sum.abs(), exponent), false, mode);
  }

  Result subtract(long a, long b, int mode) {
    return add(a, b ^ signBit, mode);
  }

  Result multiply(long a, long b, int mode) {
    if (isNan(a) || isNan(b)) {
      return propagate(a, b);
    }
    boolean negative = negative(a) != negative(b);
    if (isInfinite(a) || isInfinite(b)) {
      return isZero(a) || isZero(b) ? invalid() : new Result(infinity(negative), 0);
    }
    return round(product(a, b), false, mode);
  }

  private Exact product(long a, long b) {
    Exact x = exact(a);
    Exact y = exact(b);
    return new Exact(
        x.negative != y.negative, x.magnitude.multiply(y.magnitude), x.exponent + y.exponent);
  }

  /** Returns (-1)^negate * a * b + c, rounded once. */
  Result multiplyAdd(long a, long b, long c, boolean negate, int mode) {
    boolean impossible = isInfinite(a) && isZero(b) || isZero(a) && isInfinite(b);
    if (isNan(a) || isNan(b) || isNan(c)) {
      // Infinity times zero is invalid even when what is added is a quiet NaN.
      return impossible ? invalid() : propagate(a, b, c);
    }
    if (impossible) {
      return invalid();
    }
    boolean negative = negative(a) != negative(b) ^ negate;
    if (isInfinite(a) || isInfinite(b)) {
      return addInfinite(infinity(negative), c);
    }
    if (isInfinite(c)) {
      return new Result(c, 0);
    }
    return sum(product(a, b).negated(negate), exact(c), mode);
  }

  Result divide(long a, long b, int mode) {
    if (isNan(a) || isNan(b)) {
      return propagate(a, b);
    }
    boolean negative = negative(a) != negative(b);
    if (isInfinite(a) || isZero(b)) {
      if (isInfinite(b) || isZero(a)) {
        return invalid();
      }
      return new Result(infinity(negative), isInfinite(a) ? 0 : DIVIDE_BY_ZERO);
    }
    if (isInfinite(b)) {
      return new Result(zero(negative), 0);
    }
    Exact x = exact(a);
    Exact y = exact(b);
    // Enough bits for a full quotient even of a subnormal by a normal number, and to round it.
    int extra = 2 * fractionBits + 5;
    BigInteger[] quotient = x.magnitude.shiftLeft(extra).divideAndRemainder(y.magnitude);
    Exact result = new Exact(negative, quotient[0], x.exponent - y.exponent - extra);
    return round(result, quotient[1].signum() != 0, mode);
  }

  Result squareRoot(long a, int mode) {
    if (isNan(a)) {
      return propagate(a);
    }
    if (isZero(a)) {
      return new Result(a, 0);
    }
    if (negative(a)) {
      return invalid();
    }
    if (isInfinite(a)) {
      return new Result(a, 0);
    }
    Exact x = exact(a);
    // Twice the bits the root needs, and an even exponent.
    int extra = 2 * fractionBits + 6 + (x.exponent & 1);
    BigInteger[] root = x.magnitude.shiftLeft(extra).sqrtAndRemainder();
    Exact result = new Exact(false, root[0], (x.exponent - extra) / 2);
    return round(result, root[1].signum() != 0, mode);
  }

  /** IEEE 754-2019 minimumNumber or maximumNumber. */
  Result extreme(long a, long b, boolean maximum) {
    if (isNan(a) && isNan(b)) {
      return propagate(a, b);
    }
    int flags = isSignalling(a) || isSignalling(b) ? INVALID : 0;
    if (isNan(a) || isNan(b)) {
      return new Result(isNan(a) ? b : a, flags);
    }
    return new Result(order(a) < order(b) == maximum ? b : a, flags);
  }

  /** Maps numbers to longs in the same order, -0 just below 0. */
  private long order(long bits) {
    return negative(bits) ? -1 - (bits & ~signBit) : bits;
  }

  Result equal(long a, long b) {
    if (isNan(a) || isNan(b)) {
      return new Result(0, propagate(a, b).flags);
    }
    return new Result(a == b || isZero(a) && isZero(b) ? 1 : 0, 0);
  }

  Result less(long a, long b, boolean orEqual) {
    if (isNan(a) || isNan(b)) {
      return new Result(0, INVALID);
    }
    if (isZero(a) && isZero(b)) {
      return new Result(orEqual ? 1 : 0, 0);
    }
    return new Result(order(a) < order(b) || orEqual && a == b ? 1 : 0, 0);
  }

  /** Returns the mask of FCLASS, which has one bit set. */
  long classify(long bits) {
    if (isNan(bits)) {
      return isSignalling(bits) ? 1 << 8 : 1 << 9;
    }
    int kind = isInfinite(bits) ? 0 : isZero(bits) ? 3 : biased(bits) == 0 ? 2 : 1;
    return negative(bits) ? 1 << kind : 1 << 7 - kind;
  }

  /** Returns {@code bits} of this format in format {@code target}. */
  Result convert(long bits, FloatFormat target, int mode) {
    if (isNan(bits)) {
      return new Result(target.nan(), propagate(bits).flags);
    }
    if (isInfinite(bits)) {
      return new Result(target.infinity(negative(bits)), 0);
    }
    return target.round(exact(bits), false, mode);
  }

  Result fromInteger(BigInteger value, int mode) {
    return round(new Exact(value.signum() < 0, value.abs(), 0), false, mode);
  }

  /** Converts to the integer range from {@code min} to {@code max}, saturating. */
  Result toInteger(long bits, BigInteger min, BigInteger max, int mode) {
    if (isNan(bits)) {
      return new Result(max.longValue(), INVALID);
    }
    if (isInfinite(bits)) {
      return new Result((negative(bits) ? min : max).longValue(), INVALID);
    }
    Exact x = exact(bits);
    Rounded rounded = roundAt(x, 0, false, mode);
    BigInteger integer = x.negative ? rounded.integer.negate() : rounded.integer;
    if (integer.compareTo(min) < 0) {
      return new Result(min.longValue(), INVALID);
    }
    if (integer.compareTo(max) > 0) {
      return new Result(max.longValue(), INVALID);
    }
    return new Result(integer.longValue(), rounded.inexact ? INEXACT : 0);
  }

  /**
   * Rounds to this format.
   *
   * @param sticky whether the true number is a little further from zero than {@code x}, by less
   *     than one unit in x's last place; x then has more bits than the format
   */
  private Result round(Exact x, boolean sticky, int mode) {
    if (x.isZero() && !sticky) {
      return new Result(zero(x.negative), 0);
    }
    int precision = fractionBits + 1;
    int exponent = x.exponent + x.magnitude.bitLength() - 1;
    int minExponent = 1 - bias;
    int unit = Math.max(exponent, minExponent) - fractionBits;
    Rounded rounded = roundAt(x, unit, sticky, mode);
    long significand = rounded.integer.longValueExact();
    if (significand >>> precision != 0) {
      significand >>>= 1;
      unit++;
    }
    boolean normal = significand >>> fractionBits != 0;
    int biased = normal ? unit + fractionBits + bias : 0;
    if (biased >= maxBiased) {
      return new Result(overflow(x.negative, mode), OVERFLOW | INEXACT);
    }
    int flags = 0;
    if (rounded.inexact) {
      boolean tiny = exponent < minExponent && !roundsUpToNormal(x, exponent, sticky, mode);
      flags = tiny ? INEXACT | UNDERFLOW : INEXACT;
    }
    long fraction = significand & fractionMask;
    return new Result(zero(x.negative) | (long) biased << fractionBits | fraction, flags);
  }

  /** Tininess is detected after rounding: as if the exponent had no lower bound. */
  private boolean roundsUpToNormal(Exact x, int exponent, boolean sticky, int mode) {
    return exponent == -bias
        && roundAt(x, exponent - fractionBits, sticky, mode).integer.bitLength() > fractionBits + 1;
  }

  private long overflow(boolean negative, int mode) {
    boolean towardsZero = mode == TOWARDS_ZERO || mode == (negative ? UP : DOWN);
    return towardsZero ? infinity(negative) - 1 : infinity(negative);
  }

  /** Rounds the magnitude of {@code x} to a multiple of 2^unit. */
  private static Rounded roundAt(Exact x, int unit, boolean sticky, int mode) {
    int drop = unit - x.exponent;
    if (drop <= 0) {
      return new Rounded(x.magnitude.shiftLeft(-drop), sticky);
    }
    BigInteger kept = x.magnitude.shiftRight(drop);
    boolean half = x.magnitude.testBit(drop - 1);
    boolean below = sticky || x.magnitude.getLowestSetBit() < drop - 1 && !x.isZero();
    boolean up =
        switch (mode) {
          case NEAREST_EVEN -> half && (below || kept.testBit(0));
          case TOWARDS_ZERO -> false;
          case DOWN -> x.negative && (half || below);
          case UP -> !x.negative && (half || below);
          default -> half;
        };
    return new Rounded(up ? kept.add(BigInteger.ONE) : kept, half || below);
  }
}
