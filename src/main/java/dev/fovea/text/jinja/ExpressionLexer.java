package dev.fovea.text.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the tokens inside one tag and keeps its brackets balanced. */
final class ExpressionLexer {
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+\\-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\\da-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final Deque<Character> expectedClosers = new ArrayDeque<>();
  private int end;

  ExpressionLexer(String source) {
    this.source = source;
  }

  boolean isBalanced() {
    return expectedClosers.isEmpty();
  }

  /** Offset behind the token read last. */
  int end() {
    return end;
  }

  Token read(int at, int line) {
    char first = source.charAt(at);
    if (first >= '0' && first <= '9') {
      return number(at, line);
    }
    if (first == '"' || first == '\'') {
      return string(at, line);
    }
    int nameEnd = at;
    while (nameEnd < source.length() && isNamePart(source.codePointAt(nameEnd))) {
      nameEnd += Character.charCount(source.codePointAt(nameEnd));
    }
    if (nameEnd > at) {
      if (!isNameStart(source.codePointAt(at))) {
        throw TemplateException.syntax(line, "invalid character in identifier");
      }
      end = nameEnd;
      return new Token(Token.Kind.NAME, source.substring(at, nameEnd), null, line);
    }
    return operator(at, line);
  }

  private static boolean isNamePart(int codePoint) {
    return codePoint == '_'
        || (!Character.isIdentifierIgnorable(codePoint)
            && Character.isUnicodeIdentifierPart(codePoint));
  }

  private static boolean isNameStart(int codePoint) {
    return codePoint == '_' || Character.isUnicodeIdentifierStart(codePoint);
  }

  private Token number(int at, int line) {
    boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
    Matcher asFloat = FLOAT.matcher(source).region(at, source.length());
    if (!afterDot && asFloat.lookingAt()) {
      end = asFloat.end();
      double value = Double.parseDouble(asFloat.group().replace("_", ""));
      return new Token(Token.Kind.FLOAT, asFloat.group(), value, line);
    }
    Matcher asInteger = INTEGER.matcher(source).region(at, source.length());
    if (!asInteger.lookingAt()) {
      throw TemplateException.syntax(line, "malformed number");
    }
    end = asInteger.end();
    return new Token(Token.Kind.INTEGER, asInteger.group(), integer(asInteger.group(), line), line);
  }

  private static Long integer(String text, int line) {
    String digits = text.replace("_", "").toLowerCase(java.util.Locale.ROOT);
    int radix =
        digits.startsWith("0x")
            ? 16
            : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
    try {
      return Long.parseLong(radix == 10 ? digits : digits.substring(2), radix);
    } catch (NumberFormatException e) {
      throw TemplateException.syntax(line, "integer: expected at most 64 bits, got " + text);
    }
  }

  private Token string(int at, int line) {
    char quote = source.charAt(at);
    int close = at + 1;
    while (close < source.length() && source.charAt(close) != quote) {
      close += source.charAt(close) == '\\' ? 2 : 1;
    }
    if (close >= source.length()) {
      throw TemplateException.syntax(line, "unexpected char " + quote + ": unclosed string");
    }
    end = close + 1;
    String body = source.substring(at + 1, close);
    return new Token(
        Token.Kind.STRING, source.substring(at, end), StringLiteral.unescape(body, line), line);
  }

  private Token operator(int at, int line) {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        balance(operator, line);
        end = at + operator.length();
        return new Token(Token.Kind.OPERATOR, operator, null, line);
      }
    }
    String found = new String(Character.toChars(source.codePointAt(at)));
    throw TemplateException.syntax(line, "unexpected char '" + found + "'");
  }

  private void balance(String operator, int line) {
    switch (operator) {
      case "(" -> expectedClosers.push(')');
      case "[" -> expectedClosers.push(']');
      case "{" -> expectedClosers.push('}');
      case ")", "]", "}" -> {
        if (expectedClosers.isEmpty()) {
          throw TemplateException.syntax(line, "unexpected '" + operator + "'");
        }
        char expected = expectedClosers.pop();
        if (expected != operator.charAt(0)) {
          throw TemplateException.syntax(
              line, "unexpected '" + operator + "', expected '" + expected + "'");
        }
      }
      default -> {}
    }
  }
}
