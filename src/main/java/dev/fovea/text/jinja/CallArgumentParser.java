package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Parses the parenthesised arguments of a call, filter or test. */
final class CallArgumentParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final List<Expr> positional = new ArrayList<>();
  private final List<Expr.Keyword> keywords = new ArrayList<>();
  private Expr star;
  private Expr doubleStar;

  private CallArgumentParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  static Expr.ArgumentList parse(TokenStream tokens, ExpressionParser expressions) {
    CallArgumentParser parser = new CallArgumentParser(tokens, expressions);
    tokens.expectOperator("(");
    boolean isFirst = true;
    while (!tokens.atOperator(")")) {
      if (!isFirst) {
        tokens.expectOperator(",");
        if (tokens.atOperator(")")) {
          break;
        }
      }
      isFirst = false;
      parser.argument();
    }
    tokens.expectOperator(")");
    return new Expr.ArgumentList(
        List.copyOf(parser.positional),
        List.copyOf(parser.keywords),
        parser.star,
        parser.doubleStar);
  }

  private void argument() {
    if (tokens.atOperator("*") && star == null && doubleStar == null) {
      tokens.next();
      star = expressions.parse();
    } else if (tokens.atOperator("**") && doubleStar == null) {
      tokens.next();
      doubleStar = expressions.parse();
    } else if (isKeyword() && doubleStar == null) {
      String name = tokens.next().text();
      tokens.next();
      keywords.add(new Expr.Keyword(name, expressions.parse()));
    } else if (star == null && doubleStar == null && keywords.isEmpty()) {
      positional.add(expressions.parse());
    } else {
      throw tokens.fail("invalid order of arguments in a call");
    }
  }

  private boolean isKeyword() {
    return tokens.at(Token.Kind.NAME) && tokens.look().isOperator("=");
  }
}
