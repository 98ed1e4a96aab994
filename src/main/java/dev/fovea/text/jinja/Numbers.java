package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Python's numbers: {@code Long}, and {@code BigInteger} where 64 bits are too few, for int; {@code
 * Double} for float; bool counts as int.
 */
final class Numbers {
  /** Integers beyond are refused: about twice the digits that Python prints. */
  private static final int MAX_BITS = 1 << 15;

  /** Decimal digits beyond which Python neither reads nor prints an integer. */
  static final int MAX_DIGITS = 4300;

  private static final BigInteger PRINTABLE = BigInteger.TEN.pow(MAX_DIGITS);

  /** Doubles have no digit beyond; rounding to more, or to more zeros, changes nothing. */
  private static final int MAX_PRECISION = 400;

  private static final MathContext DIVISION = new MathContext(40, RoundingMode.HALF_EVEN);
  private static final long EXACT_DOUBLE = 1L << 53;

  private Numbers() {}

  /** The value as {@code Long}, {@code BigInteger} or {@code Double}, or null if it is none. */
  static Number of(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    return value instanceof Long || value instanceof Double || value instanceof BigInteger
        ? (Number) value
        : null;
  }

  /** An int (or bool) where Python wants an index; what is beyond 64 bits is cut to them. */
  static long requireIndex(Object value) {
    Number number = of(value);
    if (number instanceof Long whole) {
      return whole;
    }
    if (number instanceof BigInteger big) {
      return big.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw TemplateException.runtime("expected an integer, got " + PyFormat.shortRepr(value));
  }

  static Number require(Object value, String what) {
    Number number = of(value);
    if (number == null) {
      if (value instanceof Undefined undefined) {
        throw undefined.failure();
      }
      throw TemplateException.runtime(
          what + ": expected a number, got " + PyFormat.shortRepr(value));
    }
    return number;
  }

  static BigInteger big(Number whole) {
    return whole instanceof BigInteger big ? big : BigInteger.valueOf(whole.longValue());
  }

  /** The smaller of the two forms of an integer. */
  static Number fitting(BigInteger value) {
    if (value.bitLength() <= 63) {
      return value.longValue();
    }
    if (value.bitLength() > MAX_BITS) {
      throw TemplateException.limit("integer: expected at most " + MAX_BITS + " bits");
    }
    return value;
  }

  static double real(Number number) {
    double real = number.doubleValue();
    if (number instanceof BigInteger && Double.isInfinite(real)) {
      throw TemplateException.runtime("int too large to convert to float");
    }
    return real;
  }

  private static boolean anyReal(Number a, Number b) {
    return a instanceof Double || b instanceof Double;
  }

  static Number add(Number a, Number b) {
    if (anyReal(a, b)) {
      return real(a) + real(b);
    }
    if (a instanceof Long x && b instanceof Long y) {
      long sum = x + y;
      if (((x ^ sum) & (y ^ sum)) >= 0) {
        return sum;
      }
    }
    return fitting(big(a).add(big(b)));
  }

  static Number subtract(Number a, Number b) {
    return anyReal(a, b) ? (Number) (real(a) - real(b)) : add(a, negate(b));
  }

  static Number multiply(Number a, Number b, Budget budget) {
    if (anyReal(a, b)) {
      return real(a) * real(b);
    }
    if (a instanceof Long x && b instanceof Long y && Math.multiplyHigh(x, y) == (x * y) >> 63) {
      return x * y;
    }
    BigInteger left = big(a);
    BigInteger right = big(b);
    budget.product(left.bitLength(), right.bitLength() / 64);
    return fitting(left.multiply(right));
  }

  static Number negate(Number a) {
    if (a instanceof Double) {
      return -a.doubleValue();
    }
    return a instanceof Long whole && whole != Long.MIN_VALUE
        ? (Number) (-whole)
        : fitting(big(a).negate());
  }

  static Number abs(Number a) {
    return a instanceof Double
        ? (Number) Math.abs(a.doubleValue())
        : big(a).signum() < 0 ? negate(a) : a;
  }

  private static void requireNonZero(Number divisor) {
    if (divisor.doubleValue() == 0) {
      throw TemplateException.runtime("division by zero");
    }
  }

  static Number divide(Number a, Number b) {
    requireNonZero(b);
    if (anyReal(a, b) || (isExact(a) && isExact(b))) {
      return real(a) / real(b);
    }
    double quotient = new BigDecimal(big(a)).divide(new BigDecimal(big(b)), DIVISION).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw TemplateException.runtime("integer division result too large for a float");
    }
    return quotient;
  }

  private static boolean isExact(Number whole) {
    return whole instanceof Long value && Math.abs(value) <= EXACT_DOUBLE;
  }

  /** Rounds towards minus infinity. */
  static Number floorDivide(Number a, Number b) {
    requireNonZero(b);
    if (anyReal(a, b)) {
      double remainder = modulo(real(a), real(b)).doubleValue();
      double quotient = (real(a) - remainder) / real(b);
      double floor = Math.floor(quotient);
      return quotient - floor > 0.5 ? floor + 1 : floor;
    }
    if (a instanceof Long x && b instanceof Long y && !(x == Long.MIN_VALUE && y == -1)) {
      return Math.floorDiv(x, y);
    }
    BigInteger[] parts = big(a).divideAndRemainder(big(b));
    boolean isBelow = parts[1].signum() != 0 && parts[1].signum() != big(b).signum();
    return fitting(isBelow ? parts[0].subtract(BigInteger.ONE) : parts[0]);
  }

  /** The result has the divisor's sign. */
  static Number modulo(Number a, Number b) {
    requireNonZero(b);
    if (a instanceof Long x && b instanceof Long y) {
      return Math.floorMod(x, y);
    }
    if (!anyReal(a, b)) {
      BigInteger remainder = big(a).remainder(big(b));
      boolean isWrong = remainder.signum() != 0 && remainder.signum() != big(b).signum();
      return fitting(isWrong ? remainder.add(big(b)) : remainder);
    }
    double divisor = real(b);
    double remainder = real(a) % divisor;
    if (remainder == 0) {
      return Math.copySign(0.0, divisor);
    }
    return (remainder < 0) == (divisor < 0) ? remainder : remainder + divisor;
  }

  static Number power(Number a, Number b, Budget budget) {
    if (!anyReal(a, b) && big(b).signum() >= 0) {
      return wholePower(big(a), big(b), budget);
    }
    if (a.doubleValue() == 0 && b.doubleValue() < 0) {
      throw TemplateException.runtime("0.0 cannot be raised to a negative power");
    }
    double base = real(a);
    double exponent = real(b);
    // Where Java follows IEEE 754 less closely than C does.
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return 1.0;
    }
    double result = Math.pow(base, exponent);
    if (Double.isNaN(result) && !Double.isNaN(base) && !Double.isNaN(exponent)) {
      throw TemplateException.unsupported("power without a real result");
    }
    if (Double.isInfinite(result) && !Double.isInfinite(base) && !Double.isInfinite(exponent)) {
      throw TemplateException.runtime("power: numerical result out of range");
    }
    return result;
  }

  private static Number wholePower(BigInteger base, BigInteger exponent, Budget budget) {
    if (base.abs().bitLength() <= 1) {
      // -1, 0 and 1
      boolean isOdd = exponent.testBit(0);
      return exponent.signum() == 0 ? 1L : isOdd ? base.longValue() : base.abs().longValue();
    }
    if (exponent.bitLength() > 31
        || (base.abs().bitLength() - 1L) * exponent.longValue() > MAX_BITS) {
      throw TemplateException.limit("integer: expected at most " + MAX_BITS + " bits");
    }
    long bits = base.bitLength() * exponent.longValue();
    budget.product(bits, bits / 64);
    return fitting(base.pow(exponent.intValue()));
  }

  /** NaN compares as nothing does; {@link Comparison} asks for it first. */
  static int compare(Number a, Number b) {
    if (a instanceof Long x && b instanceof Long y) {
      return Long.compare(x, y);
    }
    if (!anyReal(a, b)) {
      return big(a).compareTo(big(b));
    }
    double x = a.doubleValue();
    double y = b.doubleValue();
    if (x != y || (a instanceof Double && b instanceof Double)) {
      return x < y ? -1 : x > y ? 1 : 0;
    }
    if (Double.isInfinite(x)) {
      // One of them is an integer beyond all doubles.
      return a instanceof Double ? Double.compare(x, 0) : Double.compare(0, y);
    }
    // Equal as doubles; an integer of more than 53 bits may still differ.
    return decimal(a).compareTo(decimal(b));
  }

  static boolean isNan(Number number) {
    return number instanceof Double && Double.isNaN(number.doubleValue());
  }

  private static BigDecimal decimal(Number number) {
    return number instanceof Double
        ? new BigDecimal(number.doubleValue())
        : new BigDecimal(big(number));
  }

  /** {@code int(x)} of a float: towards zero. */
  static Number truncated(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw TemplateException.runtime("cannot convert " + PyFormat.floatRepr(value) + " to int");
    }
    return fitting(new BigDecimal(value).toBigInteger());
  }

  /** An int as it is, a float cut towards zero. */
  static Number whole(Number number) {
    return number instanceof Double ? truncated(number.doubleValue()) : number;
  }

  /** Python's {@code round}: half to even, on the exact binary value. */
  static Number round(Number value, long precision) {
    if (!(value instanceof Double)) {
      if (precision < -MAX_DIGITS) {
        return 0L;
      }
      return precision >= 0
          ? value
          : fitting(
              decimal(value).setScale((int) precision, RoundingMode.HALF_EVEN).toBigInteger());
    }
    double number = value.doubleValue();
    if (Double.isNaN(number) || Double.isInfinite(number) || precision > MAX_PRECISION) {
      return number;
    }
    int scale = (int) Math.max(-MAX_PRECISION, precision);
    double rounded = new BigDecimal(number).setScale(scale, RoundingMode.HALF_EVEN).doubleValue();
    return Math.copySign(rounded, number);
  }

  /** The digits of an integer, as far as Python prints them. */
  static String decimalDigits(Number whole) {
    if (whole instanceof BigInteger big && big.abs().compareTo(PRINTABLE) >= 0) {
      throw TemplateException.runtime(
          "integer: expected at most " + MAX_DIGITS + " digits to print");
    }
    return whole.toString();
  }
}
