package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters on numbers. */
final class NumberFilters {
  private static final Pattern FLOAT =
      Pattern.compile(
          "[+-]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)"
              + "(?:[eE][+-]?\\d+(?:_\\d+)*)?");
  private static final Pattern NOT_FINITE =
      Pattern.compile("([+-]?)(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);

  private NumberFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("int", NumberFilters::toInt);
    all.put("float", NumberFilters::toFloat);
    all.put("abs", NumberFilters::abs);
    all.put("round", NumberFilters::round);
    all.put("sum", NumberFilters::sum);
  }

  private static Object toInt(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("int", 0, "default", "base");
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Number number = Numbers.of(value);
    if (number != null) {
      return number instanceof Double real ? Numbers.truncated(real) : number;
    }
    Object fallback = bound.or(0, 0L);
    if (!(value instanceof String text)) {
      return fallback;
    }
    budget.text(text.length());
    Long whole = parseInt(text, bound.number(1, 10));
    if (whole != null) {
      return whole;
    }
    Double real = parseFloat(text);
    return real == null || real.isNaN() || real.isInfinite() ? fallback : Numbers.truncated(real);
  }

  /** {@code int(text, base)}, or null where Python raises a ValueError. */
  private static Long parseInt(String text, long base) {
    if (base < 2 || base > 36) {
      throw TemplateException.unsupported("int with base " + base);
    }
    String digits = PyText.strip(text, null, true, true).toLowerCase(Locale.ROOT);
    boolean isNegative = digits.startsWith("-");
    if (isNegative || digits.startsWith("+")) {
      digits = digits.substring(1);
    }
    String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : null;
    if (prefix != null && digits.startsWith(prefix)) {
      digits = digits.substring(2);
      digits = digits.startsWith("_") ? digits.substring(1) : digits;
    }
    if (!digits.matches("[0-9a-z]+(?:_[0-9a-z]+)*")) {
      return null;
    }
    digits = digits.replace("_", "");
    if (!digits.chars().allMatch(c -> Character.digit(c, (int) base) >= 0)) {
      return null;
    }
    if (digits.length() > 128) {
      throw Numbers.overflow();
    }
    return Numbers.fitting(new BigInteger((isNegative ? "-" : "") + digits, (int) base));
  }

  /** {@code float(text)}, or null where Python raises a ValueError. */
  private static Double parseFloat(String text) {
    String digits = PyText.strip(text, null, true, true);
    var special = NOT_FINITE.matcher(digits);
    if (special.matches()) {
      double value =
          special.group(2).equalsIgnoreCase("nan") ? Double.NaN : Double.POSITIVE_INFINITY;
      return special.group(1).equals("-") ? -value : value;
    }
    return digits.length() <= 400 && FLOAT.matcher(digits).matches()
        ? (Double) Double.parseDouble(digits.replace("_", ""))
        : null;
  }

  private static Object toFloat(Object value, Arguments arguments, Budget budget) {
    Object fallback = arguments.bind("float", 0, "default").or(0, 0.0);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Number number = Numbers.of(value);
    if (number != null) {
      return number.doubleValue();
    }
    Double parsed = value instanceof String text ? parseFloat(text) : null;
    budget.step();
    return parsed != null ? parsed : fallback;
  }

  private static Object abs(Object value, Arguments arguments, Budget budget) {
    arguments.bind("abs", 0);
    Number number = Numbers.require(value, "abs");
    if (number instanceof Double) {
      return Math.abs(number.doubleValue());
    }
    return number.longValue() < 0 ? Numbers.negate(number) : number;
  }

  private static Object round(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("round", 0, "precision", "method");
    Object method = bound.or(1, "common");
    if (!List.of("common", "ceil", "floor").contains(method == null ? "" : method)) {
      throw TemplateException.runtime("round: expected common, ceil or floor");
    }
    Number number = Numbers.require(value, "round");
    if (method.equals("common")) {
      return bound.or(0, 0L) == null
          ? (Object) Numbers.truncated(((Number) Numbers.round(number, 0)).doubleValue())
          : Numbers.round(number, bound.number(0, 0));
    }
    double factor = Math.pow(10, bound.number(0, 0));
    double scaled = number.doubleValue() * factor;
    double whole = method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled);
    // Through an integer, as in Python: no negative zero.
    return Numbers.truncated(whole) / factor;
  }

  private static Object sum(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("sum", 0, "attribute", "start");
    Object total = bound.or(1, 0L);
    if (total instanceof String) {
      throw TemplateException.runtime("sum: cannot sum strings");
    }
    Object attribute = bound.or(0, null);
    for (Object item : Sequences.list(value, budget)) {
      Object term = attribute == null ? item : AttributePath.of(attribute).get(item, budget);
      total = Arithmetic.binary("+", total, term, budget);
    }
    return total;
  }
}
