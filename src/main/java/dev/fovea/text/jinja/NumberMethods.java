package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.function.Supplier;

/** The attributes of {@code int} and {@code float}. */
final class NumberMethods {
  private static final int MANTISSA_DIGITS = 13;

  private NumberMethods() {}

  /** The attribute, or null if the number's type has none of that name. */
  static Object attribute(Number number, String name) {
    return switch (name) {
      case "real" -> number;
      case "imag" -> number instanceof Double ? (Object) 0.0 : (Object) 0L;
      case "conjugate" -> method(name, () -> number);
      case "as_integer_ratio" -> method(name, () -> ratio(number));
      default -> number instanceof Double real ? ofReal(real, name) : ofWhole(number, name);
    };
  }

  private static Object ofWhole(Number number, String name) {
    BigInteger whole = Numbers.big(number);
    return switch (name) {
      case "numerator" -> number;
      case "denominator" -> 1L;
      case "bit_length" -> method(name, () -> (long) whole.abs().bitLength());
      case "bit_count" -> method(name, () -> (long) whole.abs().bitCount());
      case "to_bytes", "from_bytes" -> throw TemplateException.unsupported("int." + name);
      default -> null;
    };
  }

  private static Object ofReal(double real, String name) {
    return switch (name) {
      case "is_integer" -> method(name, () -> real == Math.rint(real) && !Double.isInfinite(real));
      case "hex" -> method(name, () -> hex(real));
      case "fromhex" -> throw TemplateException.unsupported("float." + name);
      default -> null;
    };
  }

  private static TemplateFunction method(String name, Supplier<Object> body) {
    return new TemplateFunction(
        name,
        arguments -> {
          arguments.positionalOnly(name, 0, 0);
          return body.get();
        });
  }

  private static Object ratio(Number number) {
    if (!(number instanceof Double real)) {
      return Tuple.of(number, 1L);
    }
    if (real.isNaN() || real.isInfinite()) {
      throw TemplateException.runtime("as_integer_ratio: expected a finite number");
    }
    BigDecimal exact = new BigDecimal(real);
    BigInteger divisor = BigInteger.TEN.pow(Math.max(0, exact.scale()));
    BigInteger dividend = exact.multiply(new BigDecimal(divisor)).toBigIntegerExact();
    BigInteger common = dividend.gcd(divisor);
    return Tuple.of(
        Numbers.fitting(dividend.divide(common)), Numbers.fitting(divisor.divide(common)));
  }

  private static String hex(double real) {
    if (Double.isNaN(real) || Double.isInfinite(real)) {
      return PyFormat.floatRepr(real);
    }
    String text = Double.toHexString(real);
    int point = text.indexOf('.') + 1;
    int exponent = text.indexOf('p');
    String digits = text.substring(point, exponent);
    boolean isZero = real == 0;
    boolean isSmall = Math.abs(real) < Double.MIN_NORMAL;
    String size = isZero ? "0" : isSmall ? "-1022" : text.substring(exponent + 1);
    String padded = isZero ? "0" : digits + "0".repeat(MANTISSA_DIGITS - digits.length());
    return text.substring(0, point) + padded + "p" + (size.startsWith("-") ? "" : "+") + size;
  }
}
