package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** The digits of a float that is finite and not negative, as Python's format types lay them out. */
final class Floats {
  /** More digits than any double has behind the point. */
  private static final int MAX_PRECISION = 5000;

  private Floats() {}

  /**
   * @param type one of e, f, g and their capitals
   * @param isAlternate whether the point, and for g the zeros at the end, stay
   */
  static String digits(double value, char type, int precision, boolean isAlternate) {
    if (precision > MAX_PRECISION) {
      throw TemplateException.limit(
          "format: expected at most " + MAX_PRECISION + " digits behind the point");
    }
    BigDecimal exact = new BigDecimal(value);
    String text =
        switch (Character.toLowerCase(type)) {
          case 'f' -> fixed(exact, precision, isAlternate);
          case 'e' -> scientific(exact, precision, isAlternate);
          default -> general(exact, Math.max(1, precision), isAlternate);
        };
    return Character.isUpperCase(type) ? PyCase.upper(text) : text;
  }

  private static String fixed(BigDecimal value, int precision, boolean isAlternate) {
    String text = value.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    return isAlternate && precision == 0 ? text + "." : text;
  }

  private static String scientific(BigDecimal value, int precision, boolean isAlternate) {
    BigDecimal rounded = rounded(value, precision + 1);
    String digits = rounded.unscaledValue().toString();
    digits += "0".repeat(precision + 1 - digits.length());
    int exponent = exponent(rounded);
    String size = Integer.toString(Math.abs(exponent));
    String point = precision > 0 || isAlternate ? "." : "";
    return digits.charAt(0)
        + point
        + digits.substring(1)
        + (exponent < 0 ? "e-" : "e+")
        + (size.length() < 2 ? "0" : "")
        + size;
  }

  /** {@code precision} digits in all, in whichever of the two layouts is shorter. */
  private static String general(BigDecimal value, int precision, boolean isAlternate) {
    int exponent = exponent(rounded(value, precision));
    boolean isFixed = exponent >= -4 && exponent < precision;
    String text =
        isFixed
            ? fixed(value, precision - 1 - exponent, isAlternate)
            : scientific(value, precision - 1, isAlternate);
    if (isAlternate) {
      return text;
    }
    int end = text.indexOf('e') < 0 ? text.length() : text.indexOf('e');
    int kept = end;
    while (text.indexOf('.') >= 0 && kept > 0 && text.charAt(kept - 1) == '0') {
      kept--;
    }
    kept -= kept > 0 && text.charAt(kept - 1) == '.' ? 1 : 0;
    return text.substring(0, kept) + text.substring(end);
  }

  private static BigDecimal rounded(BigDecimal value, int digits) {
    return value.signum() == 0
        ? BigDecimal.ZERO
        : value.round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }

  private static int exponent(BigDecimal value) {
    return value.signum() == 0 ? 0 : value.precision() - value.scale() - 1;
  }
}
