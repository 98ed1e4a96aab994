package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Filters on numbers. */
final class NumberFilters {
  private static final List<String> DECIMAL_SIZES =
      List.of("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB");
  private static final List<String> BINARY_SIZES =
      List.of("KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB");

  /** Powers of ten beyond are beyond all doubles. */
  private static final int MAX_PRECISION = 320;

  private NumberFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("int", NumberFilters::toInt);
    all.put("float", NumberFilters::toFloat);
    all.put("abs", NumberFilters::abs);
    all.put("round", NumberFilters::round);
    all.put("sum", NumberFilters::sum);
    all.put("filesizeformat", NumberFilters::fileSize);
  }

  private static Object toInt(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("int", 0, "default", "base");
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object fallback = bound.or(0, 0L);
    Number number = Numbers.of(value);
    String text = Markup.textOf(value);
    if (text != null) {
      budget.scan(text.length() * 4L);
      // A base that is no number, as one out of range, leaves the text to be read as a float.
      boolean hasBase = Numbers.of(bound.or(1, 10L)) instanceof Long;
      number = hasBase ? NumberText.parseInt(text, bound.number(1, 10)) : null;
      number = number != null ? number : NumberText.parseFloat(text);
    }
    boolean isNone =
        number == null || (number instanceof Double real && (real.isNaN() || real.isInfinite()));
    return isNone ? fallback : Numbers.whole(number);
  }

  private static Object toFloat(Object value, Arguments arguments, Budget budget) {
    Object fallback = arguments.bind("float", 0, "default").or(0, 0.0);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Double parsed = real(value, budget);
    return parsed != null ? parsed : fallback;
  }

  /** {@code float(value)}, or null where Python raises a TypeError or ValueError. */
  private static Double real(Object value, Budget budget) {
    Number number = Numbers.of(value);
    if (number != null) {
      return Numbers.real(number);
    }
    String text = Markup.textOf(value);
    budget.scan(text == null ? 0 : text.length() * 4L);
    return text == null ? null : NumberText.parseFloat(text);
  }

  private static Object abs(Object value, Arguments arguments, Budget budget) {
    arguments.bind("abs", 0);
    return Numbers.abs(Numbers.require(value, "abs"));
  }

  private static Object round(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("round", 0, "precision", "method");
    Object method = bound.or(1, "common");
    if (!List.of("common", "ceil", "floor").contains(method)) {
      throw TemplateException.runtime("round: expected common, ceil or floor");
    }
    Number number = Numbers.require(value, "round");
    if (method.equals("common")) {
      return bound.or(0, 0L) == None.NONE
          ? Numbers.whole(Numbers.round(number, 0))
          : Numbers.round(number, bound.number(0, 0));
    }
    long precision = Math.max(-MAX_PRECISION, Math.min(MAX_PRECISION, bound.number(0, 0)));
    Number factor = Numbers.power(10L, precision, budget);
    Number scaled = Numbers.multiply(number, factor, budget);
    if (scaled instanceof Double real) {
      scaled = Numbers.truncated(method.equals("ceil") ? Math.ceil(real) : Math.floor(real));
    }
    return Numbers.divide(scaled, factor);
  }

  private static Object sum(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("sum", 0, "attribute", "start");
    Object total = bound.or(1, 0L);
    if (Markup.textOf(total) != null) {
      throw TemplateException.runtime("sum: cannot sum strings");
    }
    AttributePath path = AttributePath.of(bound.orNull(0));
    Iterator<Object> items = Sequences.iterator(value);
    while (items.hasNext()) {
      budget.step();
      total = Arithmetic.binary("+", total, path.get(items.next(), budget), budget);
    }
    return total;
  }

  private static Object fileSize(Object value, Arguments arguments, Budget budget) {
    boolean isBinary = arguments.bind("filesizeformat", 0, "binary").flag(0, false);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Double size = real(value, budget);
    if (size == null) {
      throw TemplateException.runtime(
          "filesizeformat: expected a number, got " + PyFormat.shortRepr(value));
    }
    double base = isBinary ? 1024 : 1000;
    if (size == 1) {
      return "1 Byte";
    }
    if (size < base) {
      return PyFormat.str(Numbers.truncated(size), budget) + " Bytes";
    }
    List<String> units = isBinary ? BINARY_SIZES : DECIMAL_SIZES;
    int index = 0;
    double unit = base * base;
    while (size >= unit && index < units.size() - 1) {
      index++;
      unit *= base;
    }
    return FormatSpec.apply(base * size / unit, ".1f", budget) + " " + units.get(index);
  }
}
