package dev.fovea.text.jinja;

import java.util.Locale;

/** Python's escapes inside a string literal. */
final class StringLiteral {
  private StringLiteral() {}

  static String unescape(String body, int line) {
    if (body.indexOf('\\') < 0) {
      return body;
    }
    StringBuilder out = new StringBuilder(body.length());
    int at = 0;
    while (at < body.length()) {
      char c = body.charAt(at++);
      if (c != '\\') {
        out.append(c);
      } else {
        at = escape(body, at, out, line);
      }
    }
    return out.toString();
  }

  /** Appends what the escape at {@code at} (behind its backslash) stands for. */
  private static int escape(String body, int at, StringBuilder out, int line) {
    if (at >= body.length()) {
      throw TemplateException.syntax(line, "string ends in a backslash");
    }
    char c = body.charAt(at);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> out.append(c);
      case 'a' -> out.append('\u0007');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'n' -> out.append('\n');
      case 'r' -> out.append('\r');
      case 't' -> out.append('\t');
      case 'v' -> out.append('\u000b');
      case 'x' -> {
        return hex(body, at + 1, 2, out, line);
      }
      case 'u' -> {
        return hex(body, at + 1, 4, out, line);
      }
      case 'U' -> {
        return hex(body, at + 1, 8, out, line);
      }
      case 'N' -> throw TemplateException.unsupported("escape \\N{...} in a string").at(line);
      default -> {
        if (c >= '0' && c <= '7') {
          return octal(body, at, out);
        }
        return unknown(body, at, out);
      }
    }
    return at + 1;
  }

  /**
   * An escape that is none keeps its backslash; Python has by then spelled out what is not ASCII.
   */
  private static int unknown(String body, int at, StringBuilder out) {
    int c = body.codePointAt(at);
    out.append('\\');
    if (c < 0x80) {
      out.append((char) c);
    } else {
      out.append(
          String.format(Locale.ROOT, c < 0x100 ? "x%02x" : c < 0x10000 ? "u%04x" : "U%08x", c));
    }
    return at + Character.charCount(c);
  }

  private static int hex(String body, int at, int numDigits, StringBuilder out, int line) {
    int end = at + numDigits;
    int value = 0;
    for (int i = at; i < end; i++) {
      int digit = i < body.length() ? Character.digit(body.charAt(i), 16) : -1;
      if (digit < 0 || body.charAt(i) > 'f') {
        throw TemplateException.syntax(line, "truncated \\x, \\u or \\U escape in a string");
      }
      value = value << 4 | digit;
    }
    if (!Character.isValidCodePoint(value)) {
      throw TemplateException.syntax(line, "illegal Unicode character in a string");
    }
    out.appendCodePoint(value);
    return end;
  }

  private static int octal(String body, int at, StringBuilder out) {
    int value = 0;
    int end = at;
    while (end < body.length()
        && end < at + 3
        && body.charAt(end) >= '0'
        && body.charAt(end) <= '7') {
      value = value * 8 + body.charAt(end++) - '0';
    }
    out.appendCodePoint(value);
    return end;
  }
}
