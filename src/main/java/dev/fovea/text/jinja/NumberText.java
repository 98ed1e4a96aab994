package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.util.Locale;

/** Numbers as {@code int(text)} and {@code float(text)} read them, in linear time. */
final class NumberText {
  private NumberText() {}

  /** {@code int(text, base)}, or null where Python raises a ValueError. */
  static Number parseInt(String text, long base) {
    String plain = plainDigits(text);
    if (!plain.chars().allMatch(c -> c < 0x80)) {
      return null;
    }
    String digits = plain.toLowerCase(Locale.ROOT);
    boolean isNegative = digits.startsWith("-");
    digits = isNegative || digits.startsWith("+") ? digits.substring(1) : digits;
    int radix = base == 0 ? radixOf(digits) : (int) Math.max(-1, Math.min(37, base));
    if (radix < 2 || radix > 36) {
      return null;
    }
    if (radix == radixOf(digits) && radix != 10) {
      digits = digits.substring(digits.startsWith("_", 2) ? 3 : 2);
    }
    digits = withoutUnderscores(digits);
    boolean isZeroLed = base == 0 && radix == 10 && digits.startsWith("0");
    boolean isPowerOfTwo = Integer.bitCount(radix) == 1;
    if (digits.isEmpty()
        || (digits.length() > Numbers.MAX_DIGITS && !isPowerOfTwo)
        || (isZeroLed && !digits.chars().allMatch(c -> c == '0'))
        || !digits.chars().allMatch(c -> Character.digit(c, radix) >= 0)) {
      return null;
    }
    if (digits.length() > 4L * Numbers.MAX_DIGITS) {
      throw TemplateException.limit("int: expected fewer digits");
    }
    return Numbers.fitting(new BigInteger((isNegative ? "-" : "") + digits, radix));
  }

  private static int radixOf(String digits) {
    return digits.startsWith("0x")
        ? 16
        : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
  }

  /** Stripped, with the decimal digits of all scripts as ASCII's. */
  private static String plainDigits(String text) {
    String stripped = PyText.strip(text, null, true, true);
    if (stripped.chars().allMatch(c -> c < 0x80)) {
      return stripped;
    }
    StringBuilder out = new StringBuilder(stripped.length());
    stripped
        .codePoints()
        .forEach(
            c -> {
              if (c >= 0x80 && Character.isDigit(c)) {
                out.append(Character.digit(c, 10));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  /** Without underscores, or empty where one does not stand alone between digits. */
  private static String withoutUnderscores(String digits) {
    boolean isWrong = digits.startsWith("_") || digits.endsWith("_") || digits.contains("__");
    return isWrong ? "" : digits.replace("_", "");
  }

  /** {@code float(text)}, or null where Python raises a ValueError. */
  static Double parseFloat(String text) {
    String number = plainDigits(text);
    boolean isSigned = number.startsWith("-") || number.startsWith("+");
    String size = number.substring(isSigned ? 1 : 0);
    Double value =
        switch (size.length() > 8 ? "" : size.toLowerCase(Locale.ROOT)) {
          case "inf", "infinity" -> Double.POSITIVE_INFINITY;
          case "nan" -> Double.NaN;
          default -> isFloat(size) ? Double.parseDouble(size.replace("_", "")) : null;
        };
    return value != null && number.startsWith("-") ? (Double) (-value) : value;
  }

  private static boolean isFloat(String text) {
    int end = digitsEnd(text, 0);
    int numDigits = end;
    if (end < text.length() && text.charAt(end) == '.') {
      int fractionEnd = digitsEnd(text, end + 1);
      numDigits += fractionEnd - end - 1;
      end = fractionEnd;
    }
    if (numDigits > 0 && end < text.length() && "eE".indexOf(text.charAt(end)) >= 0) {
      boolean isSigned = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0;
      int from = end + (isSigned ? 2 : 1);
      end = digitsEnd(text, from);
      numDigits = end > from ? numDigits : 0;
    }
    return numDigits > 0 && end == text.length();
  }

  /** Where digits end, which single underscores may part. */
  private static int digitsEnd(String text, int from) {
    int at = from;
    while (at < text.length()) {
      int digit = at + (at > from && text.charAt(at) == '_' ? 1 : 0);
      if (digit >= text.length() || text.charAt(digit) < '0' || text.charAt(digit) > '9') {
        break;
      }
      at = digit + 1;
    }
    return at;
  }
}
