package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code %} operator on strings, for the conversions s, r, d, i, u, f, F, x, X, o, c. */
final class PercentFormat {
  private static final Pattern SPEC =
      Pattern.compile(
          "%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\d{1,6})?(?:\\.(\\d{1,6}))?[hlL]?(.)", Pattern.DOTALL);

  private static final int MAX_PRECISION = 400;

  private final Object operand;
  private final Iterator<Object> values;
  private final Budget budget;
  private boolean usedMapping;

  private PercentFormat(Object operand, Budget budget) {
    this.operand = operand;
    this.budget = budget;
    this.values =
        operand instanceof Tuple tuple
            ? tuple.items().iterator()
            : java.util.Collections.singletonList(operand).iterator();
  }

  static String apply(String format, Object operand, Budget budget) {
    return new PercentFormat(operand, budget).run(format);
  }

  private String run(String format) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', at)) {
      out.append(format, at, percent);
      Matcher spec = SPEC.matcher(format).region(percent, format.length());
      if (!spec.lookingAt()) {
        throw TemplateException.runtime("format: incomplete format");
      }
      out.append(converted(spec));
      budget.requireText(out.length());
      at = spec.end();
    }
    out.append(format.substring(at));
    if (values.hasNext() && !usedMapping && !isIndexable()) {
      throw TemplateException.runtime("format: not all arguments converted");
    }
    budget.text(out.length());
    return out.toString();
  }

  /** Python does not mind an operand left over that has items, unless it is a tuple or a string. */
  private boolean isIndexable() {
    return operand instanceof Map
        || operand instanceof List
        || operand instanceof RangeValue
        || operand instanceof Undefined;
  }

  private Object nextValue(String key) {
    if (key != null) {
      usedMapping = true;
      if (!(operand instanceof Map<?, ?> map)) {
        throw TemplateException.runtime("format: expected a mapping");
      }
      if (!map.containsKey(key)) {
        throw TemplateException.runtime("format: no key '" + key + "'");
      }
      return map.get(key);
    }
    if (!values.hasNext()) {
      throw TemplateException.runtime("format: not enough arguments");
    }
    return values.next();
  }

  private String converted(Matcher spec) {
    String flags = spec.group(2);
    char conversion = spec.group(5).charAt(0);
    if (conversion == '%') {
      return "%";
    }
    Object value = nextValue(spec.group(1));
    int precision = spec.group(4) == null ? -1 : Integer.parseInt(spec.group(4));
    boolean isNumber = "diufFxXo".indexOf(conversion) >= 0;
    String text = isNumber ? number(conversion, value, precision, flags) : text(conversion, value);
    if (!isNumber && precision >= 0 && PyText.length(text) > precision) {
      text = text.substring(0, text.offsetByCodePoints(0, precision));
    }
    return padded(text, spec.group(3), flags, isNumber);
  }

  private String text(char conversion, Object value) {
    return switch (conversion) {
      case 's' -> PyFormat.str(value, budget);
      case 'r' -> PyFormat.repr(value, budget);
      case 'c' -> {
        if (value instanceof String text && PyText.length(text) == 1) {
          yield text;
        }
        long codePoint = Numbers.requireIndex(value);
        if (codePoint < 0 || codePoint > Character.MAX_CODE_POINT) {
          throw TemplateException.runtime("format: %c expected a character");
        }
        yield PyText.codePoint((int) codePoint);
      }
      default ->
          throw (List.of('e', 'E', 'g', 'G', 'a', '*').contains(conversion)
              ? TemplateException.unsupported("format conversion %" + conversion)
              : TemplateException.runtime("format: unknown conversion '" + conversion + "'"));
    };
  }

  private static String number(char conversion, Object value, int precision, String flags) {
    Number number = Numbers.require(value, "format %" + conversion);
    if (precision > MAX_PRECISION) {
      throw TemplateException.unsupported("format with more than " + MAX_PRECISION + " digits");
    }
    if (flags.indexOf('#') >= 0) {
      throw TemplateException.unsupported("format flag #");
    }
    String digits;
    boolean isNegative;
    if (conversion == 'f' || conversion == 'F') {
      double real = number.doubleValue();
      if (Double.isNaN(real) || Double.isInfinite(real)) {
        throw TemplateException.unsupported("format of a number that is not finite");
      }
      isNegative = real < 0 || 1 / real < 0;
      digits =
          new BigDecimal(Math.abs(real))
              .setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
              .toPlainString();
    } else {
      if (number instanceof Double && "xXo".indexOf(conversion) >= 0) {
        throw TemplateException.runtime("format: expected an integer, got a float");
      }
      long whole = number instanceof Double real ? Numbers.truncated(real) : number.longValue();
      isNegative = whole < 0;
      int radix = conversion == 'o' ? 8 : conversion == 'x' || conversion == 'X' ? 16 : 10;
      digits = Long.toString(whole, radix).replace("-", "");
      digits = conversion == 'X' ? digits.toUpperCase(java.util.Locale.ROOT) : digits;
      digits = "0".repeat(Math.max(0, precision - digits.length())) + digits;
    }
    String positive = flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    return (isNegative ? "-" : positive) + digits;
  }

  private String padded(String text, String width, String flags, boolean isNumber) {
    int missing = width == null ? 0 : Integer.parseInt(width) - PyText.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.text((long) missing + text.length());
    if (flags.indexOf('-') >= 0) {
      return text + " ".repeat(missing);
    }
    if (isNumber && flags.indexOf('0') >= 0) {
      int sign = "+- ".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
      return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
    }
    return " ".repeat(missing) + text;
  }
}
