package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The {@code %} operator on strings. */
final class PercentFormat {
  private static final String FLAGS = "-+ 0#";

  private final String format;
  private final Object operand;
  private final Iterator<Object> values;
  private final Budget budget;

  /** Whether what is inserted is escaped first, as the format is marked. */
  private final boolean escapes;

  private final StringBuilder out = new StringBuilder();
  private int at;
  private boolean usedMapping;

  private PercentFormat(String format, Object operand, boolean escapes, Budget budget) {
    this.format = format;
    this.operand = operand;
    this.escapes = escapes;
    this.budget = budget;
    this.values = (operand instanceof Tuple tuple ? tuple.items() : List.of(operand)).iterator();
  }

  static String apply(String format, Object operand, Budget budget) {
    return new PercentFormat(format, operand, false, budget).run();
  }

  static Markup apply(Markup format, Object operand, Budget budget) {
    return new Markup(new PercentFormat(format.text(), operand, true, budget).run());
  }

  private String run() {
    for (int percent = format.indexOf('%'); percent >= 0; percent = format.indexOf('%', at)) {
      out.append(format, at, percent);
      at = percent + 1;
      conversion();
      budget.requireText(out.length());
    }
    out.append(format, at, format.length());
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
        || operand instanceof Bytes
        || operand instanceof Undefined;
  }

  private char next() {
    if (at >= format.length()) {
      throw TemplateException.runtime("format: incomplete format");
    }
    return format.charAt(at++);
  }

  private boolean skip(char c) {
    boolean found = at < format.length() && format.charAt(at) == c;
    at += found ? 1 : 0;
    return found;
  }

  /** One conversion, behind its percent sign. */
  private void conversion() {
    budget.step();
    if (skip('%')) {
      out.append('%');
      return;
    }
    String key = skip('(') ? key() : null;
    int flagsFrom = at;
    while (at < format.length() && FLAGS.indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    String flags = format.substring(flagsFrom, at);
    int width = size(0);
    if (width < 0) {
      flags += "-";
      width = -width;
    }
    int precision = skip('.') ? Math.max(0, size(0)) : -1;
    if (at < format.length() && "hlL".indexOf(format.charAt(at)) >= 0) {
      at++;
    }
    char type = next();
    Object value = value(key);
    if ("sra".indexOf(type) >= 0) {
      pad("", cut(text(type, value), precision), flags, width, false);
    } else if (type == 'c') {
      pad("", character(value), flags, width, false);
    } else {
      number(type, Numbers.of(value), precision, flags, width);
    }
  }

  private String key() {
    int from = at;
    int depth = 1;
    while (depth > 0) {
      char c = next();
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return format.substring(from, at - 1);
  }

  /** A width or a precision, of which a star takes the next value. */
  private int size(int absent) {
    if (skip('*')) {
      return (int)
          Math.max(
              -Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, Numbers.requireIndex(value(null))));
    }
    long size = absent;
    while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
      size = size * 10 + format.charAt(at++) - '0';
      if (size > Integer.MAX_VALUE) {
        throw TemplateException.runtime("format: width or precision too big");
      }
    }
    return (int) size;
  }

  private Object value(String key) {
    if (key != null) {
      usedMapping = true;
      if (!(operand instanceof Map<?, ?> map)) {
        throw TemplateException.runtime("format: expected a mapping");
      }
      Object value = Dicts.get(map, key, budget);
      if (value == null) {
        throw TemplateException.runtime("format: no key '" + PyFormat.cut(key) + "'");
      }
      return value;
    }
    if (!values.hasNext()) {
      throw TemplateException.runtime("format: not enough arguments");
    }
    return values.next();
  }

  private String text(char type, Object value) {
    if (type == 's') {
      return escapes ? Markup.escape(value, budget).text() : PyFormat.str(value, budget);
    }
    String repr = type == 'r' ? PyFormat.repr(value, budget) : PyFormat.ascii(value, budget);
    return escapes ? Markup.escapeText(repr, budget).text() : repr;
  }

  private static String cut(String text, int precision) {
    return precision >= 0 && PyText.length(text) > precision
        ? text.substring(0, text.offsetByCodePoints(0, precision))
        : text;
  }

  private static String character(Object value) {
    String text = Markup.textOf(value);
    if (text != null && PyText.length(text) == 1) {
      return text;
    }
    long codePoint = text != null ? -1 : Numbers.requireIndex(value);
    if (codePoint < 0 || codePoint > Character.MAX_CODE_POINT) {
      throw TemplateException.runtime("format: %c expected a character");
    }
    return Character.toString((int) codePoint);
  }

  private void number(char type, Number number, int precision, String flags, int width) {
    boolean isWhole = "diuxXo".indexOf(type) >= 0;
    if (!isWhole && "eEfFgG".indexOf(type) < 0) {
      throw TemplateException.runtime("format: unknown conversion '" + type + "'");
    }
    if (number == null || (number instanceof Double && "xXo".indexOf(type) >= 0)) {
      throw TemplateException.runtime("format %" + type + ": expected a number");
    }
    boolean isAlternate = flags.indexOf('#') >= 0;
    budget.text(Math.max(0, precision));
    boolean isNegative;
    String digits;
    String prefix = "";
    if (isWhole) {
      BigInteger whole = Numbers.big(Numbers.whole(number));
      isNegative = whole.signum() < 0;
      int radix = type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
      prefix = isAlternate && radix != 10 ? "0" + type : "";
      digits = whole.abs().toString(radix);
      digits = type == 'X' ? PyCase.upper(digits) : digits;
      digits = "0".repeat(Math.max(0, precision - digits.length())) + digits;
    } else {
      double real = Numbers.real(number);
      isNegative = real < 0 || 1 / real < 0;
      digits = real(type, Math.abs(real), precision < 0 ? 6 : precision, isAlternate);
    }
    String positive = flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
    pad((isNegative ? "-" : positive) + prefix, digits, flags, width, true);
  }

  private static String real(char type, double value, int precision, boolean isAlternate) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      String word = Double.isNaN(value) ? "nan" : "inf";
      return Character.isUpperCase(type) ? PyCase.upper(word) : word;
    }
    return Floats.digits(value, type, precision, isAlternate);
  }

  private void pad(String sign, String text, String flags, int width, boolean isNumber) {
    long missing = (long) width - sign.length() - PyText.length(text);
    if (missing > 0) {
      budget.text(missing + text.length() + out.length());
    }
    String fill = missing <= 0 ? "" : " ".repeat((int) missing);
    if (flags.indexOf('-') >= 0) {
      out.append(sign).append(text).append(fill);
    } else if (isNumber && flags.indexOf('0') >= 0) {
      out.append(sign).append(fill.replace(' ', '0')).append(text);
    } else {
      out.append(fill).append(sign).append(text);
    }
  }
}
