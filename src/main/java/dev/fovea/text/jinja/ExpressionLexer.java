package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Reads the tokens inside one tag and keeps its brackets balanced. */
final class ExpressionLexer {
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
    while (nameEnd < source.length() && PyCharacters.isNamePart(source.codePointAt(nameEnd))) {
      nameEnd += Character.charCount(source.codePointAt(nameEnd));
    }
    if (nameEnd > at) {
      if (!PyCharacters.isNameStart(source.codePointAt(at))) {
        throw TemplateException.syntax(line, "invalid character in identifier");
      }
      end = nameEnd;
      return new Token(Token.Kind.NAME, source.substring(at, nameEnd), null, line);
    }
    return operator(at, line);
  }

  private Token number(int at, int line) {
    boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
    int radix = radixAt(at);
    int digitsEnd = radix == 10 ? digits(at, 10) : digits(at + 2, radix);
    int realEnd = radix == 10 && !afterDot ? exponent(fraction(digitsEnd)) : digitsEnd;
    end = digitsEnd;
    boolean isReal = realEnd > digitsEnd;
    if (isReal) {
      end = realEnd;
    } else if (radix == 10 && source.charAt(at) == '0') {
      // A zero before other digits stands alone, and they are one token too many.
      end = at;
      while (end < digitsEnd && (source.charAt(end) == '0' || source.charAt(end) == '_')) {
        end++;
      }
    }
    String text = source.substring(at, end);
    Object value = isReal ? Double.parseDouble(text.replace("_", "")) : integer(text, radix, line);
    return new Token(isReal ? Token.Kind.FLOAT : Token.Kind.INTEGER, text, value, line);
  }

  private int radixAt(int at) {
    char sign = source.charAt(at) == '0' && at + 1 < source.length() ? source.charAt(at + 1) : 0;
    int radix =
        switch (sign) {
          case 'x', 'X' -> 16;
          case 'o', 'O' -> 8;
          case 'b', 'B' -> 2;
          default -> 10;
        };
    return radix != 10 && digits(at + 2, radix) > at + 2 ? radix : 10;
  }

  /** End of digits, which single underscores may part, and precede where a prefix does. */
  private int digits(int from, int radix) {
    int at = from;
    while (at < source.length()) {
      boolean isParted = source.charAt(at) == '_' && (at > from || radix != 10);
      int digit = at + (isParted ? 1 : 0);
      if (digit >= source.length() || asciiDigit(source.charAt(digit), radix) < 0) {
        break;
      }
      at = digit + 1;
    }
    return at;
  }

  private static int asciiDigit(char c, int radix) {
    return c < 0x80 ? Character.digit(c, radix) : -1;
  }

  private int fraction(int at) {
    boolean isPoint = at < source.length() && source.charAt(at) == '.';
    return isPoint && digits(at + 1, 10) > at + 1 ? digits(at + 1, 10) : at;
  }

  private int exponent(int at) {
    if (at >= source.length() || "eE".indexOf(source.charAt(at)) < 0) {
      return at;
    }
    boolean isSigned = at + 1 < source.length() && "+-".indexOf(source.charAt(at + 1)) >= 0;
    int from = at + (isSigned ? 2 : 1);
    return digits(from, 10) > from ? digits(from, 10) : at;
  }

  private static Number integer(String text, int radix, int line) {
    String digits = (radix == 10 ? text : text.substring(2)).replace("_", "");
    if (digits.length() > Numbers.MAX_DIGITS) {
      throw TemplateException.syntax(
          line, "integer: expected at most " + Numbers.MAX_DIGITS + " digits");
    }
    return Numbers.fitting(new BigInteger(digits, radix));
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
