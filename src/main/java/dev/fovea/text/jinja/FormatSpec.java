package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's format specification, what stands behind the colon of a replacement field. */
final class FormatSpec {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?(.)?",
          Pattern.DOTALL);

  private final Matcher parts;
  private final Budget budget;

  private FormatSpec(Matcher parts, Budget budget) {
    this.parts = parts;
    this.budget = budget;
  }

  /** {@code format(value, spec)}. */
  static String apply(Object value, String spec, Budget budget) {
    if (spec.isEmpty()) {
      return PyFormat.str(value, budget);
    }
    budget.scan(spec.length());
    Matcher parts = SYNTAX.matcher(spec);
    if (spec.length() > 64 || !parts.matches()) {
      throw TemplateException.runtime("format: invalid format specifier");
    }
    FormatSpec format = new FormatSpec(parts, budget);
    String text = Markup.textOf(value);
    if (text != null) {
      return format.text(text);
    }
    Number number = Numbers.of(value);
    if (number == null) {
      throw TemplateException.runtime(
          "format: a " + PyFormat.typeName(value) + " takes no format specifier");
    }
    return format.number(number);
  }

  private boolean has(int group) {
    return parts.group(group) != null;
  }

  private int number(int group, int absent) {
    return has(group) ? Integer.parseInt(parts.group(group)) : absent;
  }

  private char type(char absent) {
    return has(10) ? parts.group(10).charAt(0) : absent;
  }

  private TemplateException invalid(String what) {
    return TemplateException.runtime("format: invalid format specifier, " + what);
  }

  private String text(String text) {
    if (type('s') != 's' || has(3) || has(4) || has(5) || has(8) || "=".equals(parts.group(2))) {
      throw invalid("not one for a string");
    }
    int precision = number(9, Integer.MAX_VALUE);
    String shown =
        PyText.length(text) > precision
            ? text.substring(0, text.offsetByCodePoints(0, precision))
            : text;
    return padded("", shown, has(6) && !has(2) ? "<" : parts.group(2), "<");
  }

  private String number(Number number) {
    char type = type(number instanceof Double ? '\0' : 'd');
    if ("bcdoxX".indexOf(type) >= 0) {
      return whole(number, type);
    }
    if ("eEfFgGn%\0".indexOf(type) < 0) {
      throw invalid("unknown type for a number");
    }
    return number instanceof Double || type != 'n'
        ? real(Numbers.real(number), type)
        : whole(number, 'd');
  }

  private String whole(Number number, char type) {
    if (number instanceof Double || has(9) || has(4)) {
      throw invalid("not one for the type of number");
    }
    if (type == 'c') {
      long codePoint = Numbers.requireIndex(number);
      if (has(3) || has(8) || codePoint < 0 || codePoint > Character.MAX_CODE_POINT) {
        throw invalid("not a character");
      }
      return padded("", Character.toString((int) codePoint), parts.group(2), "<");
    }
    BigInteger value = Numbers.big(number);
    int radix = type == 'b' ? 2 : type == 'o' ? 8 : type == 'd' ? 10 : 16;
    if (radix != 10 && ",".equals(parts.group(8))) {
      throw invalid("',' with '" + type + "'");
    }
    budget.text(value.bitLength());
    String digits =
        radix == 10 ? Numbers.decimalDigits(Numbers.abs(number)) : value.abs().toString(radix);
    String prefix = has(5) && radix != 10 ? "0" + type : "";
    String shown = type == 'X' ? PyCase.upper(digits) : digits;
    return signed(value.signum() < 0, prefix, grouped(shown, "", prefix, radix == 10 ? 3 : 4));
  }

  private String real(double value, char type) {
    boolean isNegative = value < 0 || 1 / value < 0;
    double size = Math.abs(type == '%' ? value * 100 : value);
    if (Double.isNaN(value) || Double.isInfinite(size)) {
      String word = Double.isNaN(value) ? "nan" : "inf";
      String shown = Character.isUpperCase(type) ? PyCase.upper(word) : word;
      return signed(isNegative, "", shown + (type == '%' ? "%" : ""));
    }
    int precision = number(9, 6);
    budget.text(precision + 400L);
    String digits;
    if (type == '\0' && !has(9)) {
      digits = PyFormat.floatRepr(size);
    } else if (type == '\0') {
      digits = withPoint(Floats.digits(size, 'g', precision, has(5)), size, precision);
    } else {
      char layout = type == 'n' ? 'g' : type == '%' ? 'f' : type;
      digits = Floats.digits(size, layout, precision, has(5));
    }
    boolean isZero = digits.chars().noneMatch(c -> c >= '1' && c <= '9');
    isNegative &= !(has(4) && isZero);
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    String rest = digits.substring(end) + (type == '%' ? "%" : "");
    return signed(isNegative, "", grouped(digits.substring(0, end), rest, "", 3));
  }

  /** A float without a type shows a digit behind its point, else it goes to the other layout. */
  private String withPoint(String digits, double value, int precision) {
    if (digits.indexOf('.') >= 0 || digits.indexOf('e') >= 0) {
      return digits;
    }
    return digits.length() >= Math.max(1, precision) && !has(5)
        ? Floats.digits(value, 'e', Math.max(1, precision) - 1, false).replaceFirst("\\.?0*e", "e")
        : digits + ".0";
  }

  /** The digits in groups; zeros that fill the width are part of them. */
  private String grouped(String digits, String rest, String prefix, int size) {
    if (!has(8)) {
      return digits + rest;
    }
    boolean isFilled =
        has(6) && !has(2) || "=".equals(parts.group(2)) && "0".equals(parts.group(1));
    int width = isFilled ? number(7, 0) - rest.length() - prefix.length() : 0;
    budget.text(Math.max(0, width));
    String shown = digits;
    StringBuilder zeros = new StringBuilder();
    int length = digits.length() + (digits.length() - 1) / size;
    for (int count = digits.length(); length < width - (has(3) ? 1 : 0); count++) {
      zeros.append('0');
      length += count % size == 0 ? 2 : 1;
    }
    shown = zeros + digits;
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < shown.length(); i++) {
      boolean isBorder = i > 0 && (shown.length() - i) % size == 0;
      out.append(isBorder ? parts.group(8) : "").append(shown.charAt(i));
    }
    return out + rest;
  }

  private String signed(boolean isNegative, String prefix, String digits) {
    String positive = has(3) && !parts.group(3).equals("-") ? parts.group(3) : "";
    String sign = (isNegative ? "-" : positive) + prefix;
    return padded(sign, digits, has(6) && !has(2) ? "=" : parts.group(2), ">");
  }

  private String padded(String sign, String text, String given, String absent) {
    long missing = number(7, 0) - PyText.length(text) - sign.length();
    if (missing <= 0) {
      return sign + text;
    }
    budget.text(missing + text.length());
    String fill = has(1) ? parts.group(1) : has(6) ? "0" : " ";
    int count = (int) missing;
    return switch (given == null ? absent : given) {
      case "<" -> sign + text + fill.repeat(count);
      case "^" -> fill.repeat(count / 2) + sign + text + fill.repeat(count - count / 2);
      case "=" -> sign + fill.repeat(count) + text;
      default -> fill.repeat(count) + sign + text;
    };
  }
}
