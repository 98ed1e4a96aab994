package dev.fovea.text.jinja;

import java.util.List;

/** A cursor over tokens; the last token is always {@code END}. */
final class TokenStream {
  private final List<Token> tokens;
  private int position;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(position);
  }

  Token look() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = current();
    if (position < tokens.size() - 1) {
      position++;
    }
    return token;
  }

  boolean at(Token.Kind kind) {
    return current().kind() == kind;
  }

  boolean atName(String name) {
    return current().isName(name);
  }

  boolean atOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean skipName(String name) {
    boolean found = atName(name);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = atOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Token.Kind kind, String what) {
    if (!at(kind)) {
      throw fail("expected " + what + ", got " + current().described());
    }
    return next();
  }

  String expectName() {
    return expect(Token.Kind.NAME, "a name").text();
  }

  /** Names with dots between them, as filters and tests may have. */
  String expectDottedName() {
    StringBuilder name = new StringBuilder(expectName());
    while (skipOperator(".")) {
      name.append('.').append(expectName());
    }
    return name.toString();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw fail("expected '" + operator + "', got " + current().described());
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw fail("expected '" + name + "', got " + current().described());
    }
  }

  TemplateException fail(String reason) {
    return TemplateException.syntax(current().line(), reason);
  }
}
