package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses a whole template into statements. */
final class StatementParser {
  private static final int MAX_DEPTH = 100;
  private static final Set<String> SPECIAL_NAMES = Set.of("caller", "varargs", "kwargs");
  private static final Set<String> LOADING_TAGS = Set.of("extends", "include", "import", "from");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final Map<String, Stmt.Block> blocks = new HashMap<>();
  private int depth;
  private int loopDepth;

  private StatementParser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  /**
   * A whole template.
   *
   * @param blocks by name
   * @param walkedNames names, attributes and keys that some loop or filter walks over
   */
  record Parsed(List<Stmt> body, Map<String, Stmt.Block> blocks, Set<String> walkedNames) {}

  static Parsed parse(String source) {
    StatementParser parser = new StatementParser(Lexer.tokenize(source));
    List<Stmt> body = parser.body(Set.of());
    return new Parsed(body, Map.copyOf(parser.blocks), parser.expressions.walked().names());
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
      case "block" -> blockStatement(line);
      case "autoescape" -> autoescapeStatement(line);
      default -> {
        if (LOADING_TAGS.contains(tag)) {
          yield loadingStatement(tag, line);
        }
        throw TemplateException.syntax(line, "unknown tag '" + PyFormat.cut(tag) + "'");
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
    Expr source = expressions.parseTuple(false, "recursive");
    expressions.walked().add(source);
    Expr condition = tokens.skipName("if") ? expressions.parse() : null;
    Stmt.Items items = new Stmt.Items(target, source, condition);
    boolean isRecursive = tokens.skipName("recursive");
    loopDepth++;
    List<Stmt> body = blockBody("endfor", "else");
    loopDepth--;
    List<Stmt> otherwise = tokens.next().isName("else") ? closedBody("endfor") : List.of();
    return new Stmt.For(items, isRecursive, body, otherwise, line);
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
    List<Stmt> body = bodyOutsideLoops(end);
    Set<String> inner = expressions.swapNamesRead(outer);
    outer.addAll(inner);
    Set<String> specials = new HashSet<>(SPECIAL_NAMES);
    specials.retainAll(inner);
    specials.removeAll(signature.parameters());
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
      if (parameters.contains(name)) {
        throw tokens.fail("duplicate parameter '" + name + "'");
      }
      parameters.add(name);
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.parse());
      } else if (name.equals("caller")) {
        throw tokens.fail("a parameter named 'caller' needs a default");
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
    return new Stmt.Generation(bodyOutsideLoops("endgeneration"), line);
  }

  /** A body that is rendered by itself, so that no loop around it can be left from within. */
  private List<Stmt> bodyOutsideLoops(String end) {
    int outerLoopDepth = loopDepth;
    loopDepth = 0;
    List<Stmt> body = closedBody(end);
    loopDepth = outerLoopDepth;
    return body;
  }

  private Stmt blockStatement(int line) {
    String name = tokens.expectName();
    boolean isScoped = tokens.skipName("scoped");
    boolean isRequired = tokens.skipName("required");
    if (blocks.containsKey(name)) {
      throw TemplateException.syntax(line, "block '" + PyFormat.cut(name) + "' defined twice");
    }
    // Its own name is taken while its body is read, and its nested blocks come before it.
    blocks.put(name, new Stmt.Block(name, List.of(), isScoped, isRequired, line));
    List<Stmt> body = bodyOutsideLoops("endblock");
    tokens.skipName(name);
    Stmt.Block block = new Stmt.Block(name, body, isScoped, isRequired, line);
    blocks.put(name, block);
    return block;
  }

  /** Escaping that is off stays off; where it would be on, output would have to be escaped. */
  private Stmt autoescapeStatement(int line) {
    boolean isOff =
        expressions.parse() instanceof Expr.Literal literal && !Sequences.isTrue(literal.value());
    Stmt.With body = new Stmt.With(List.of(), List.of(), closedBody("endautoescape"), line);
    return isOff ? body : new Stmt.Refused("tag 'autoescape', except with false", line);
  }

  private Stmt loadingStatement(String tag, int line) {
    while (!tokens.at(Token.Kind.BLOCK_END) && !tokens.at(Token.Kind.END)) {
      tokens.next();
    }
    return new Stmt.Refused("tag '" + tag + "': a chat template is one file", line);
  }
}
