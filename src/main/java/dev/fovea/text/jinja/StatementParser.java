package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses a whole template into statements. */
final class StatementParser {
  private static final int MAX_DEPTH = 100;
  private static final Set<String> SPECIAL_NAMES = Set.of("caller", "varargs", "kwargs");
  private static final Set<String> UNSUPPORTED_TAGS =
      Set.of("block", "extends", "include", "import", "from", "autoescape");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private int depth;
  private int loopDepth;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Stmt> parse(String source) {
    StatementParser parser = new StatementParser(Lexer.tokenize(source));
    return parser.body(Set.of());
  }

  /** Statements up to one of the tags named {@code ends}, which is left as the current token. */
  private List<Stmt> body(Set<String> ends) {
    if (++depth > MAX_DEPTH) {
      throw tokens.fail("statements: expected at most " + MAX_DEPTH + " nested levels");
    }
    List<Stmt> result = new ArrayList<>();
    while (!tokens.at(Token.Kind.END)) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA -> result.add(new Stmt.Text(token.text(), token.line()));
        case VARIABLE_BEGIN -> {
          result.add(new Stmt.Output(expressions.parseTuple(true, null), token.line()));
          tokens.expect(Token.Kind.VARIABLE_END, "end of print statement");
        }
        default -> {
          if (tokens.at(Token.Kind.NAME) && ends.contains(tokens.current().text())) {
            depth--;
            return List.copyOf(result);
          }
          result.add(statement());
          tokens.expect(Token.Kind.BLOCK_END, "end of statement block");
        }
      }
    }
    if (!ends.isEmpty()) {
      throw tokens.fail("unexpected end of template, expected " + String.join(" or ", ends));
    }
    depth--;
    return List.copyOf(result);
  }

  /** The body behind a tag that ends here, up to one of {@code ends}. */
  private List<Stmt> blockBody(String... ends) {
    tokens.skipOperator(":");
    tokens.expect(Token.Kind.BLOCK_END, "end of statement block");
    return body(Set.of(ends));
  }

  private Stmt statement() {
    int line = tokens.current().line();
    String tag = tokens.expect(Token.Kind.NAME, "tag name").text();
    return switch (tag) {
      case "if" -> ifStatement(line);
      case "for" -> forStatement(line);
      case "set" -> setStatement(line);
      case "macro" -> macroStatement(line);
      case "call" -> callStatement(line);
      case "filter" -> filterStatement(line);
      case "with" -> withStatement(line);
      case "generation" -> generationStatement(line);
      case "print" -> printStatement(line);
      case "break" -> jump(Stmt.Flow.BREAK, tag, line);
      case "continue" -> jump(Stmt.Flow.CONTINUE, tag, line);
      default -> {
        if (UNSUPPORTED_TAGS.contains(tag)) {
          throw TemplateException.unsupported("tag '" + tag + "'").at(line);
        }
        throw TemplateException.syntax(line, "unknown tag '" + tag + "'");
      }
    };
  }

  private Stmt printStatement(int line) {
    List<Expr> parts = new ArrayList<>();
    while (!tokens.at(Token.Kind.BLOCK_END)) {
      if (!parts.isEmpty()) {
        tokens.expectOperator(",");
      }
      parts.add(expressions.parse());
    }
    return new Stmt.Output(new Expr.Concat(List.copyOf(parts)), line);
  }

  private Stmt jump(Stmt.Flow flow, String tag, int line) {
    if (loopDepth == 0) {
      throw TemplateException.syntax(line, "'" + tag + "' outside loop");
    }
    return new Stmt.Jump(flow, line);
  }

  private Stmt ifStatement(int line) {
    List<Stmt.Branch> branches = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    String tag = "if";
    while (!tag.equals("endif")) {
      if (tag.equals("else")) {
        otherwise = blockBody("endif");
      } else {
        Expr test = expressions.parseTuple(false, null);
        branches.add(new Stmt.Branch(test, blockBody("elif", "else", "endif")));
      }
      tag = tokens.next().text();
    }
    return new Stmt.If(List.copyOf(branches), otherwise, line);
  }

  private Stmt forStatement(int line) {
    Stmt.Target target = target("in", false);
    tokens.expectName("in");
    Expr items = expressions.parseTuple(false, "recursive");
    Expr condition = tokens.skipName("if") ? expressions.parse() : null;
    // Calling the loop is what is refused, and only when it happens.
    tokens.skipName("recursive");
    loopDepth++;
    List<Stmt> body = blockBody("endfor", "else");
    loopDepth--;
    List<Stmt> otherwise = tokens.next().isName("else") ? closedBody("endfor") : List.of();
    return new Stmt.For(target, items, condition, body, otherwise, line);
  }

  private List<Stmt> closedBody(String end) {
    List<Stmt> result = blockBody(end);
    tokens.next();
    return result;
  }

  private Stmt setStatement(int line) {
    Stmt.Target target = target(null, true);
    if (tokens.skipOperator("=")) {
      return new Stmt.Assign(target, expressions.parseTuple(true, null), line);
    }
    Expr.Filter filter = (Expr.Filter) expressions.parseFilters(null, false);
    return new Stmt.AssignBlock(target, filter, closedBody("endset"), line);
  }

  private Stmt.Target target(String endName, boolean mayBeMember) {
    List<Stmt.Target> targets = new ArrayList<>();
    boolean isTuple = false;
    while (!isTargetEnd(endName)) {
      targets.add(singleTarget(mayBeMember));
      if (!tokens.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (targets.isEmpty()) {
      throw tokens.fail("expected an assignment target, got " + tokens.current().described());
    }
    return isTuple ? new Stmt.TupleTarget(List.copyOf(targets)) : targets.get(0);
  }

  private boolean isTargetEnd(String endName) {
    return tokens.at(Token.Kind.BLOCK_END)
        || tokens.atOperator(")")
        || (endName != null && tokens.atName(endName));
  }

  private Stmt.Target singleTarget(boolean mayBeMember) {
    if (tokens.skipOperator("(")) {
      if (++depth > MAX_DEPTH) {
        throw tokens.fail("assignment target: expected at most " + MAX_DEPTH + " nested levels");
      }
      Stmt.Target inner = target(null, mayBeMember);
      depth--;
      tokens.expectOperator(")");
      return inner;
    }
    String name = assignableName();
    if (mayBeMember && tokens.skipOperator(".")) {
      return new Stmt.MemberTarget(name, tokens.expectName());
    }
    return new Stmt.NameTarget(name);
  }

  private String assignableName() {
    String name = tokens.expectName();
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name)) {
      throw tokens.fail("can't assign to '" + name + "'");
    }
    return name;
  }

  private Stmt macroStatement(int line) {
    String name = assignableName();
    return new Stmt.Macro(callee(name, signature(), "endmacro"), line);
  }

  private Stmt callStatement(int line) {
    boolean hasSignature = tokens.atOperator("(");
    Signature signature = hasSignature ? signature() : new Signature(List.of(), List.of());
    if (!(expressions.parse() instanceof Expr.Call call)) {
      throw TemplateException.syntax(line, "expected a call in a call block");
    }
    return new Stmt.CallBlock(call, callee("caller", signature, "endcall"), line);
  }

  private record Signature(List<String> parameters, List<Expr> defaults) {}

  /** The body of a macro; what it reads counts as read by an enclosing macro too. */
  private Stmt.Callee callee(String name, Signature signature, String end) {
    Set<String> outer = expressions.swapNamesRead(new HashSet<>());
    int outerLoopDepth = loopDepth;
    loopDepth = 0;
    List<Stmt> body = closedBody(end);
    loopDepth = outerLoopDepth;
    Set<String> inner = expressions.swapNamesRead(outer);
    outer.addAll(inner);
    Set<String> specials = new HashSet<>(SPECIAL_NAMES);
    specials.retainAll(inner);
    return new Stmt.Callee(
        name, signature.parameters(), signature.defaults(), body, Set.copyOf(specials));
  }

  private Signature signature() {
    tokens.expectOperator("(");
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    while (!tokens.atOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      String name = assignableName();
      if (SPECIAL_NAMES.contains(name)) {
        throw TemplateException.unsupported("a parameter named '" + name + "'")
            .at(tokens.current().line());
      }
      if (parameters.contains(name)) {
        throw tokens.fail("duplicate parameter '" + name + "'");
      }
      parameters.add(name);
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.parse());
      } else if (!defaults.isEmpty()) {
        throw tokens.fail("non-default argument follows default argument");
      }
    }
    tokens.expectOperator(")");
    return new Signature(List.copyOf(parameters), List.copyOf(defaults));
  }

  private Stmt filterStatement(int line) {
    Expr.Filter filter = (Expr.Filter) expressions.parseFilters(null, true);
    return new Stmt.FilterBlock(filter, closedBody("endfilter"), line);
  }

  private Stmt withStatement(int line) {
    List<Stmt.Target> targets = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.at(Token.Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(singleTarget(false));
      tokens.expectOperator("=");
      values.add(expressions.parse());
    }
    return new Stmt.With(List.copyOf(targets), List.copyOf(values), closedBody("endwith"), line);
  }

  private Stmt generationStatement(int line) {
    int outerLoopDepth = loopDepth;
    loopDepth = 0;
    List<Stmt> body = closedBody("endgeneration");
    loopDepth = outerLoopDepth;
    return new Stmt.Generation(body, line);
  }
}
