package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Python's numbers: {@code Long} for int (64 bits, else refused), {@code Double}, bool as int. */
final class Numbers {
  private Numbers() {}

  /** The value as {@code Long} or {@code Double}, or null if it is not a number. */
  static Number of(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    return value instanceof Long || value instanceof Double ? (Number) value : null;
  }

  /** An int (or bool) where Python wants an index. */
  static long requireIndex(Object value) {
    if (of(value) instanceof Long number) {
      return number;
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

  static TemplateException overflow() {
    return TemplateException.unsupported("integers of more than 64 bits");
  }

  static Object add(Number a, Number b) {
    if (a instanceof Double || b instanceof Double) {
      return a.doubleValue() + b.doubleValue();
    }
    return exact(() -> Math.addExact(a.longValue(), b.longValue()));
  }

  static Object subtract(Number a, Number b) {
    if (a instanceof Double || b instanceof Double) {
      return a.doubleValue() - b.doubleValue();
    }
    return exact(() -> Math.subtractExact(a.longValue(), b.longValue()));
  }

  static Object multiply(Number a, Number b) {
    if (a instanceof Double || b instanceof Double) {
      return a.doubleValue() * b.doubleValue();
    }
    return exact(() -> Math.multiplyExact(a.longValue(), b.longValue()));
  }

  private static Long exact(java.util.function.LongSupplier operation) {
    try {
      return operation.getAsLong();
    } catch (ArithmeticException e) {
      throw overflow();
    }
  }

  static Object negate(Number a) {
    return a instanceof Double ? (Object) (-a.doubleValue()) : subtract(0L, a);
  }

  private static void requireNonZero(Number divisor) {
    if (divisor.doubleValue() == 0) {
      throw TemplateException.runtime("division by zero");
    }
  }

  static Object divide(Number a, Number b) {
    requireNonZero(b);
    return a.doubleValue() / b.doubleValue();
  }

  /** Rounds towards minus infinity. */
  static Object floorDivide(Number a, Number b) {
    requireNonZero(b);
    if (a instanceof Long && b instanceof Long) {
      if (a.longValue() == Long.MIN_VALUE && b.longValue() == -1) {
        throw overflow();
      }
      return Math.floorDiv(a.longValue(), b.longValue());
    }
    double remainder = (Double) modulo(a.doubleValue(), b.doubleValue());
    double quotient = (a.doubleValue() - remainder) / b.doubleValue();
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  /** The result has the divisor's sign. */
  static Object modulo(Number a, Number b) {
    requireNonZero(b);
    if (a instanceof Long && b instanceof Long) {
      return Math.floorMod(a.longValue(), b.longValue());
    }
    double divisor = b.doubleValue();
    double remainder = a.doubleValue() % divisor;
    if (remainder == 0) {
      return Math.copySign(0.0, divisor);
    }
    return (remainder < 0) == (divisor < 0) ? remainder : remainder + divisor;
  }

  static Object power(Number a, Number b) {
    if (a instanceof Long && b instanceof Long && b.longValue() >= 0) {
      if (b.longValue() > 64 && Math.abs(a.longValue()) > 1) {
        throw overflow();
      }
      return fitting(
          BigInteger.valueOf(a.longValue())
              .pow((int) (b.longValue() > 64 ? 64 + b.longValue() % 2 : b.longValue())));
    }
    if (a.doubleValue() == 0 && b.doubleValue() < 0) {
      throw TemplateException.runtime("0.0 cannot be raised to a negative power");
    }
    double result = Math.pow(a.doubleValue(), b.doubleValue());
    if (Double.isNaN(result) || Double.isInfinite(result)) {
      throw TemplateException.unsupported("power without a finite real result");
    }
    return result;
  }

  static Long fitting(BigInteger value) {
    if (value.bitLength() > 63) {
      throw overflow();
    }
    return value.longValue();
  }

  static int compare(Number a, Number b) {
    if (a instanceof Long && b instanceof Long) {
      return Long.compare(a.longValue(), b.longValue());
    }
    double x = a.doubleValue();
    double y = b.doubleValue();
    if (x != y || Double.isInfinite(x)) {
      return x < y ? -1 : x > y ? 1 : 0;
    }
    // Equal as doubles; an integer of more than 53 bits may still differ.
    return decimal(a).compareTo(decimal(b));
  }

  static boolean isNan(Number number) {
    return number instanceof Double && Double.isNaN(number.doubleValue());
  }

  private static BigDecimal decimal(Number number) {
    return number instanceof Long
        ? BigDecimal.valueOf(number.longValue())
        : new BigDecimal(number.doubleValue());
  }

  /** {@code int(x)} of a float: towards zero. */
  static Long truncated(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw TemplateException.runtime("cannot convert " + PyFormat.floatRepr(value) + " to int");
    }
    return fitting(new BigDecimal(value).toBigInteger());
  }

  /** Python's {@code round}: half to even, on the exact binary value. */
  static Object round(Number value, long precision) {
    if (Math.abs(precision) > 400) {
      throw TemplateException.unsupported("rounding to more than 400 digits");
    }
    if (value instanceof Long number) {
      BigDecimal rounded =
          BigDecimal.valueOf(number).setScale((int) Math.min(precision, 0), RoundingMode.HALF_EVEN);
      return fitting(rounded.toBigInteger());
    }
    double number = value.doubleValue();
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return number;
    }
    double rounded =
        new BigDecimal(number).setScale((int) precision, RoundingMode.HALF_EVEN).doubleValue();
    return Math.copySign(rounded, number);
  }
}
