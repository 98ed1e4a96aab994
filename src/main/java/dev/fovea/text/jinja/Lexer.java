package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a template into data and tags with {@code trim_blocks} and {@code lstrip_blocks} on: the
 * newline after a block tag and the blanks before one that begins its line are dropped, {@code -}
 * strips all white space on its side, {@code +} keeps it. One trailing newline is dropped.
 */
final class Lexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  /** Whether the previous tag, with what it trimmed, ended a line. */
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  static TokenStream tokenize(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.run();
    return new TokenStream(lexer.tokens);
  }

  private void run() {
    while (position < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(position));
        position = source.length();
        break;
      }
      char sign = signAt(tag + 2);
      int afterSign = tag + 2 + (sign == 0 ? 0 : 1);
      char type = source.charAt(tag + 1);
      String text = source.substring(position, tag);
      int textEnd = advanceTo(tag);
      data(stripped(text, sign, type == '{'), textEnd);
      int raw = type == '%' ? rawBegin(afterSign) : -1;
      advanceTo(raw >= 0 ? raw : afterSign);
      if (raw >= 0) {
        lineStarting = source.charAt(position - 1) == '\n';
        rawBody();
      } else if (type == '#') {
        comment();
      } else {
        expression(type == '{');
      }
      lineStarting = position > 0 && source.charAt(position - 1) == '\n';
    }
    tokens.add(new Token(Token.Kind.END, "", null, line));
  }

  private int nextTag() {
    for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
      if (at + 1 < source.length() && "{%#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  private char signAt(int at) {
    boolean isSign = at < source.length() && "+-".indexOf(source.charAt(at)) >= 0;
    return isSign ? source.charAt(at) : 0;
  }

  /** Moves on, counting lines; answers the line moved from. */
  private int advanceTo(int target) {
    int from = line;
    for (; position < target; position++) {
      if (source.charAt(position) == '\n') {
        line++;
      }
    }
    return from;
  }

  private void data(String text) {
    data(text, line);
  }

  private void data(String text, int atLine) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Token.Kind.DATA, text, null, atLine));
    }
  }

  private String stripped(String text, char sign, boolean isVariable) {
    if (sign == '-') {
      return PyText.stripRight(text);
    }
    if (sign == '+' || isVariable) {
      return text;
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean beginsLine = lineStart > 0 || lineStarting;
    return beginsLine && PyText.isBlank(text, lineStart) ? text.substring(0, lineStart) : text;
  }

  private int skipSpace(int from) {
    int at = from;
    while (at < source.length() && PyText.isSpace(source.charAt(at))) {
      at++;
    }
    return at;
  }

  /** End of a {@code raw} tag whose name may begin at {@code from}, or -1. */
  private int rawBegin(int from) {
    int name = skipSpace(from);
    if (!source.startsWith("raw", name)) {
      return -1;
    }
    int end = skipSpace(name + 3);
    if (source.startsWith("-%}", end)) {
      return skipSpace(end + 3);
    }
    return source.startsWith("%}", end) ? end + 2 : -1;
  }

  private void rawBody() {
    for (int tag = source.indexOf("{%", position); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      char sign = signAt(tag + 2);
      int name = skipSpace(tag + 2 + (sign == 0 ? 0 : 1));
      int end = source.startsWith("endraw", name) ? blockEnd(skipSpace(name + 6)) : -1;
      if (end >= 0) {
        String text = stripped(source.substring(position, tag), sign, false);
        data(text);
        advanceTo(end);
        return;
      }
    }
    if (position < source.length()) {
      throw TemplateException.syntax(line, "missing end of raw directive");
    }
  }

  private void comment() {
    int close = source.indexOf("#}", position);
    if (close < 0) {
      // As in Jinja, a comment that begins where the template ends is none.
      if (position == source.length()) {
        return;
      }
      throw TemplateException.syntax(line, "missing end of comment tag");
    }
    char sign = close > position ? source.charAt(close - 1) : 0;
    int end = close + 2;
    if (sign == '-') {
      end = skipSpace(end);
    } else if (sign != '+' && source.startsWith("\n", end)) {
      end++;
    }
    advanceTo(end);
  }

  /** End of a block's closing delimiter at {@code at} with what it trims, or -1. */
  private int blockEnd(int at) {
    if (source.startsWith("+%}", at)) {
      return at + 3;
    }
    if (source.startsWith("-%}", at)) {
      return skipSpace(at + 3);
    }
    if (!source.startsWith("%}", at)) {
      return -1;
    }
    return source.startsWith("\n", at + 2) ? at + 3 : at + 2;
  }

  private int variableEnd(int at) {
    if (source.startsWith("-}}", at)) {
      return skipSpace(at + 3);
    }
    return source.startsWith("}}", at) ? at + 2 : -1;
  }

  private void expression(boolean isVariable) {
    tokens.add(
        new Token(
            isVariable ? Token.Kind.VARIABLE_BEGIN : Token.Kind.BLOCK_BEGIN, "{", null, line));
    ExpressionLexer inner = new ExpressionLexer(source);
    while (position < source.length()) {
      if (inner.isBalanced()) {
        int end = isVariable ? variableEnd(position) : blockEnd(position);
        if (end >= 0) {
          Token.Kind kind = isVariable ? Token.Kind.VARIABLE_END : Token.Kind.BLOCK_END;
          tokens.add(new Token(kind, "}", null, line));
          advanceTo(end);
          return;
        }
      }
      if (PyText.isSpace(source.charAt(position))) {
        advanceTo(position + 1);
      } else {
        tokens.add(inner.read(position, line));
        advanceTo(inner.end());
      }
    }
    // As in Jinja, an unclosed tag is found by the parser, which sees the end of the template.
  }
}
