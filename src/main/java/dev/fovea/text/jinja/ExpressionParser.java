package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses expressions; precedence and associativity are Jinja's own, not Python's. */
final class ExpressionParser {
  private static final int MAX_DEPTH = 200;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> TEST_ENDS = Set.of("else", "or", "and");

  private final TokenStream tokens;
  private static final Set<String> WALKING_FILTERS =
      Set.of("map", "select", "reject", "selectattr", "rejectattr");

  private final WalkedNames walked = new WalkedNames();
  private Set<String> namesRead = new HashSet<>();
  private int depth;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** Starts a fresh record of the names read; answers the record so far. */
  Set<String> swapNamesRead(Set<String> names) {
    Set<String> before = namesRead;
    namesRead = names;
    return before;
  }

  /** Expressions separated by commas, a tuple if there is a comma. */
  Expr parseTuple(boolean withConditional, String endName) {
    return parseTuple(withConditional, endName, false);
  }

  private Expr parseTuple(boolean withConditional, String endName, boolean inParentheses) {
    List<Expr> items = new ArrayList<>();
    boolean isTuple = false;
    while (true) {
      if (isTupleEnd(endName)) {
        break;
      }
      items.add(withConditional ? parse() : parseOr());
      if (!tokens.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (!isTuple && items.size() == 1) {
      return items.get(0);
    }
    if (!isTuple && !inParentheses) {
      throw tokens.fail("expected an expression, got " + tokens.current().described());
    }
    return new Expr.TupleOf(List.copyOf(items));
  }

  private boolean isTupleEnd(String endName) {
    return tokens.at(Token.Kind.VARIABLE_END)
        || tokens.at(Token.Kind.BLOCK_END)
        || tokens.atOperator(")")
        || (endName != null && tokens.atName(endName));
  }

  Expr parse() {
    enter();
    Expr result = parseOr();
    while (tokens.skipName("if")) {
      Expr test = parseOr();
      Expr otherwise = tokens.skipName("else") ? parse() : null;
      result = new Expr.Conditional(test, result, otherwise);
    }
    depth--;
    return result;
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw tokens.fail("expression: expected at most " + MAX_DEPTH + " nested levels");
    }
  }

  Expr parseOr() {
    Expr left = parseAnd();
    while (tokens.skipName("or")) {
      left = new Expr.Logical(false, left, parseAnd());
    }
    return left;
  }

  private Expr parseAnd() {
    Expr left = parseNot();
    while (tokens.skipName("and")) {
      left = new Expr.Logical(true, left, parseNot());
    }
    return left;
  }

  private Expr parseNot() {
    if (!tokens.skipName("not")) {
      return parseCompare();
    }
    enter();
    Expr operand = parseNot();
    depth--;
    return new Expr.Not(operand);
  }

  private Expr parseCompare() {
    List<Expr> operands = new ArrayList<>(List.of(parseSum()));
    List<String> operators = new ArrayList<>();
    while (true) {
      Token token = tokens.current();
      if (token.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        operators.add(tokens.next().text());
      } else if (tokens.skipName("in")) {
        operators.add("in");
      } else if (token.isName("not") && tokens.look().isName("in")) {
        tokens.next();
        tokens.next();
        operators.add("not in");
      } else {
        break;
      }
      operands.add(parseSum());
    }
    return operators.isEmpty()
        ? operands.get(0)
        : new Expr.Compare(List.copyOf(operators), List.copyOf(operands));
  }

  private Expr parseSum() {
    Expr left = parseConcat();
    while (tokens.atOperator("+") || tokens.atOperator("-")) {
      left = new Expr.Binary(tokens.next().text(), left, parseConcat());
    }
    return left;
  }

  private Expr parseConcat() {
    List<Expr> parts = new ArrayList<>(List.of(parseProduct()));
    while (tokens.skipOperator("~")) {
      parts.add(parseProduct());
    }
    return parts.size() == 1 ? parts.get(0) : new Expr.Concat(List.copyOf(parts));
  }

  private Expr parseProduct() {
    Expr left = parsePower();
    while (tokens.atOperator("*")
        || tokens.atOperator("/")
        || tokens.atOperator("//")
        || tokens.atOperator("%")) {
      left = new Expr.Binary(tokens.next().text(), left, parsePower());
    }
    return left;
  }

  private Expr parsePower() {
    Expr left = parseUnary(true);
    while (tokens.skipOperator("**")) {
      left = new Expr.Binary("**", left, parseUnary(true));
    }
    return left;
  }

  private Expr parseUnary(boolean withFilter) {
    enter();
    Expr result;
    if (tokens.atOperator("-") || tokens.atOperator("+")) {
      boolean isNegative = tokens.next().text().equals("-");
      result = new Expr.Sign(isNegative, parseUnary(false));
    } else {
      result = parsePrimary();
    }
    result = parsePostfix(result);
    depth--;
    return withFilter ? parseFilterChain(result) : result;
  }

  private Expr parsePrimary() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> nameOrConstant(tokens.next().text());
      case STRING -> strings();
      case INTEGER, FLOAT -> new Expr.Literal(tokens.next().value());
      case OPERATOR -> bracketed(token);
      default -> throw tokens.fail("expected an expression, got " + tokens.current().described());
    };
  }

  private Expr nameOrConstant(String name) {
    switch (name) {
      case "true", "True" -> {
        return new Expr.Literal(true);
      }
      case "false", "False" -> {
        return new Expr.Literal(false);
      }
      case "none", "None" -> {
        return new Expr.Literal(None.NONE);
      }
      default -> {
        namesRead.add(name);
        return new Expr.Name(name);
      }
    }
  }

  private Expr strings() {
    StringBuilder text = new StringBuilder();
    while (tokens.at(Token.Kind.STRING)) {
      text.append((String) tokens.next().value());
    }
    return new Expr.Literal(text.toString());
  }

  private Expr bracketed(Token token) {
    switch (token.text()) {
      case "(" -> {
        tokens.next();
        Expr result = parseTuple(true, null, true);
        tokens.expectOperator(")");
        return result;
      }
      case "[" -> {
        tokens.next();
        return new Expr.ListOf(listItems());
      }
      case "{" -> {
        tokens.next();
        return dict();
      }
      default -> throw tokens.fail("unexpected " + token.described());
    }
  }

  private List<Expr> listItems() {
    List<Expr> items = new ArrayList<>();
    while (!tokens.atOperator("]")) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.atOperator("]")) {
        break;
      }
      items.add(parse());
    }
    tokens.expectOperator("]");
    return List.copyOf(items);
  }

  private Expr dict() {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.atOperator("}")) {
      if (!keys.isEmpty()) {
        tokens.expectOperator(",");
      }
      if (tokens.atOperator("}")) {
        break;
      }
      keys.add(parse());
      tokens.expectOperator(":");
      values.add(parse());
    }
    tokens.expectOperator("}");
    return new Expr.DictOf(List.copyOf(keys), List.copyOf(values));
  }

  private Expr parsePostfix(Expr start) {
    Expr result = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        result = member(result);
      } else if (tokens.skipOperator("[")) {
        result = subscript(result);
      } else if (tokens.atOperator("(")) {
        result = new Expr.Call(result, callArguments());
      } else {
        return result;
      }
    }
  }

  private Expr member(Expr target) {
    if (tokens.at(Token.Kind.INTEGER)) {
      return new Expr.Item(target, new Expr.Literal(tokens.next().value()));
    }
    return new Expr.Attribute(target, tokens.expectName());
  }

  private Expr subscript(Expr target) {
    Expr start = null;
    if (!tokens.atOperator(":")) {
      List<Expr> keys = new ArrayList<>();
      while (!tokens.atOperator("]") && !tokens.atOperator(":")) {
        keys.add(parse());
        if (!tokens.skipOperator(",")) {
          break;
        }
      }
      if (tokens.skipOperator("]")) {
        Expr key = keys.size() == 1 ? keys.get(0) : new Expr.TupleOf(List.copyOf(keys));
        return new Expr.Item(target, key);
      }
      if (keys.size() > 1) {
        throw tokens.fail("a subscript of several parts, one of them a slice");
      }
      start = keys.get(0);
    }
    tokens.expectOperator(":");
    Expr stop = slicePart();
    Expr step = tokens.skipOperator(":") ? slicePart() : null;
    tokens.expectOperator("]");
    return new Expr.Slice(target, start, stop, step);
  }

  private Expr slicePart() {
    return tokens.atOperator(":") || tokens.atOperator("]") ? null : parse();
  }

  private Expr.ArgumentList callArguments() {
    return CallArgumentParser.parse(tokens, this);
  }

  /** Filters, tests and calls behind an expression. */
  private Expr parseFilterChain(Expr start) {
    Expr result = start;
    while (true) {
      if (tokens.atOperator("|")) {
        result = parseFilters(result, false);
      } else if (tokens.skipName("is")) {
        result = test(result);
      } else if (tokens.atOperator("(")) {
        result = new Expr.Call(result, callArguments());
      } else {
        return result;
      }
    }
  }

  /**
   * Filters applied to {@code start}, which is null for the body of a block; with {@code isInline}
   * the first one has no bar before it.
   */
  Expr parseFilters(Expr start, boolean isInline) {
    Expr result = start;
    boolean isFirstInline = isInline;
    while (isFirstInline || tokens.skipOperator("|")) {
      isFirstInline = false;
      String name = tokens.expectDottedName();
      Expr.ArgumentList arguments =
          tokens.atOperator("(") ? callArguments() : Expr.ArgumentList.NONE;
      if (WALKING_FILTERS.contains(name) && result != null) {
        walked.add(result);
      }
      result = new Expr.Filter(result, name, arguments);
    }
    return result;
  }

  /** What the filters seen so far walk over. */
  WalkedNames walked() {
    return walked;
  }

  private Expr test(Expr input) {
    boolean isNegated = tokens.skipName("not");
    String name = tokens.expectDottedName();
    Expr.ArgumentList arguments = Expr.ArgumentList.NONE;
    if (tokens.atOperator("(")) {
      arguments = callArguments();
    } else if (startsTestArgument()) {
      if (tokens.atName("is")) {
        throw tokens.fail("tests cannot be chained with is");
      }
      enter();
      Expr argument = parsePostfix(parsePrimary());
      depth--;
      arguments = new Expr.ArgumentList(List.of(argument), List.of(), null, null);
    }
    Expr result = new Expr.Test(input, name, arguments);
    return isNegated ? new Expr.Not(result) : result;
  }

  private boolean startsTestArgument() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> !TEST_ENDS.contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      default -> false;
    };
  }
}
