package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Executes the statements of one rendering. */
final class Interpreter implements Stmt.Visitor {
  /** A turn of a loop costs a scope and its variables even where the body is empty. */
  private static final int STEPS_PER_TURN = 4;

  private final Budget budget;
  private final Evaluator evaluator;

  /** What the template assigns outside all loops and blocks; blocks see it. */
  private final Scope outermost;

  private StringBuilder out = new StringBuilder();

  Interpreter(Budget budget, Scope scope) {
    this.budget = budget;
    this.outermost = scope;
    this.evaluator = new Evaluator(budget, scope);
  }

  /** {@code self}: the template's blocks as functions. */
  Host self(Map<String, Stmt.Block> blocks) {
    return new Host() {
      @Override
      public String typeName() {
        return "TemplateReference";
      }

      @Override
      public Object attribute(String name, Budget ignored) {
        Stmt.Block block = blocks.get(name);
        return block == null
            ? null
            : new TemplateFunction(name, none -> render(block.body(), new Scope(outermost)));
      }
    };
  }

  /** Runs statements and answers what they print. */
  String render(List<Stmt> body) {
    StringBuilder outer = out;
    out = new StringBuilder();
    execute(body);
    String text = out.toString();
    out = outer;
    return text;
  }

  /** As {@link #render(List)}, with {@code scope} as the current scope meanwhile. */
  String render(List<Stmt> body, Scope scope) {
    Scope outer = evaluator.scope();
    evaluator.setScope(scope);
    String text = render(body);
    evaluator.setScope(outer);
    return text;
  }

  Evaluator evaluator() {
    return evaluator;
  }

  Budget budget() {
    return budget;
  }

  private Stmt.Flow execute(List<Stmt> body) {
    for (Stmt stmt : body) {
      budget.step();
      budget.enter();
      Stmt.Flow flow;
      try {
        flow = stmt.accept(this);
      } catch (TemplateException e) {
        throw e.at(stmt.line());
      }
      budget.leave();
      if (flow != Stmt.Flow.NEXT) {
        return flow;
      }
    }
    return Stmt.Flow.NEXT;
  }

  private void print(String text) {
    budget.requireText((long) out.length() + text.length());
    budget.text(text.length());
    out.append(text);
  }

  /** Prints the result of a block, which unlike that of an expression has to be text already. */
  private void printText(Object value) {
    if (!(value instanceof String || value instanceof Markup)) {
      throw TemplateException.runtime(
          "block: expected text as its result, got " + PyFormat.typeName(value));
    }
    print(PyFormat.str(value, budget));
  }

  @Override
  public Stmt.Flow visit(Stmt.Text stmt) {
    print(stmt.text());
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.Output stmt) {
    print(PyFormat.str(evaluator.evaluate(stmt.value()), budget));
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.If stmt) {
    for (Stmt.Branch branch : stmt.branches()) {
      if (evaluator.isTrue(branch.test())) {
        return execute(branch.body());
      }
    }
    return execute(stmt.otherwise());
  }

  @Override
  public Stmt.Flow visit(Stmt.For stmt) {
    return loop(stmt, evaluator.evaluate(stmt.items().source()), evaluator.scope(), 1);
  }

  /** One run of a loop, of which a recursive one has several, each a level deeper. */
  private Stmt.Flow loop(Stmt.For stmt, Object source, Scope outer, long depth) {
    Object items = source;
    Iterator<Object> iterator = Sequences.iterator(items);
    if (stmt.items().condition() != null) {
      iterator = new FilteredIterator(iterator, item -> passes(stmt.items(), item, outer), budget);
      items = null;
    }
    LoopState.Recursion recursion =
        stmt.isRecursive() ? (inner, level) -> recurse(stmt, inner, outer, level) : null;
    LoopState loop = new LoopState(items, iterator, recursion, depth);
    boolean isEmpty = true;
    while (loop.hasNext()) {
      isEmpty = false;
      budget.spend(STEPS_PER_TURN);
      // A fresh scope each turn: what a turn assigns is gone in the next.
      Scope turn = new Scope(outer);
      evaluator.setScope(turn);
      assign(stmt.items().target(), loop.next());
      turn.set("loop", loop);
      if (execute(stmt.body()) == Stmt.Flow.BREAK) {
        break;
      }
    }
    evaluator.setScope(outer);
    if (isEmpty && !stmt.otherwise().isEmpty()) {
      evaluator.setScope(new Scope(outer));
      Stmt.Flow flow = execute(stmt.otherwise());
      evaluator.setScope(outer);
      return flow;
    }
    return Stmt.Flow.NEXT;
  }

  private String recurse(Stmt.For stmt, Object items, Scope outer, long depth) {
    Scope current = evaluator.scope();
    StringBuilder outerText = out;
    out = new StringBuilder();
    budget.enter();
    evaluator.setScope(outer);
    loop(stmt, items, outer, depth);
    budget.leave();
    evaluator.setScope(current);
    String text = out.toString();
    out = outerText;
    return text;
  }

  /** Whether an item passes the condition of a loop, which sees the item but no {@code loop}. */
  private boolean passes(Stmt.Items items, Object item, Scope outer) {
    Scope current = evaluator.scope();
    Scope test = new Scope(outer);
    test.set("loop", new Undefined("'loop' is undefined in the condition of a for loop"));
    evaluator.setScope(test);
    assign(items.target(), item);
    boolean passes = evaluator.isTrue(items.condition());
    evaluator.setScope(current);
    return passes;
  }

  private void assign(Stmt.Target target, Object value) {
    if (target instanceof Stmt.NameTarget name) {
      evaluator.scope().set(name.name(), value);
    } else if (target instanceof Stmt.MemberTarget member) {
      Object owner = evaluator.scope().get(member.name());
      if (!(owner instanceof Namespace namespace)) {
        throw TemplateException.runtime(
            "cannot assign attribute on non-namespace object '" + member.name() + "'");
      }
      namespace.set(member.attribute(), value);
    } else {
      List<Stmt.Target> targets = ((Stmt.TupleTarget) target).targets();
      List<Object> values = Sequences.list(value, budget);
      if (values.size() != targets.size()) {
        throw TemplateException.runtime(
            "unpacking: expected " + targets.size() + " values, got " + values.size());
      }
      for (int i = 0; i < targets.size(); i++) {
        assign(targets.get(i), values.get(i));
      }
    }
  }

  @Override
  public Stmt.Flow visit(Stmt.Assign stmt) {
    assign(stmt.target(), evaluator.evaluate(stmt.value()));
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.AssignBlock stmt) {
    return capture(
        stmt.body(),
        text ->
            assign(
                stmt.target(),
                stmt.filter() == null ? text : evaluator.filterText(stmt.filter(), text)));
  }

  @Override
  public Stmt.Flow visit(Stmt.Macro stmt) {
    Scope scope = evaluator.scope();
    scope.set(stmt.callee().name(), new MacroFunction(stmt.callee(), scope, this));
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.CallBlock stmt) {
    Object callee = evaluator.evaluate(stmt.call().callee());
    Arguments arguments = evaluator.arguments(stmt.call().arguments());
    MacroFunction caller = new MacroFunction(stmt.caller(), evaluator.scope(), this);
    Object result = evaluator.call(callee, arguments.withNamed("caller", caller));
    printText(result);
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.FilterBlock stmt) {
    return capture(stmt.body(), text -> printText(evaluator.filterText(stmt.filter(), text)));
  }

  /** Runs a block in a scope of its own and hands on what it printed, unless it jumped out. */
  private Stmt.Flow capture(List<Stmt> body, Consumer<String> use) {
    StringBuilder outer = out;
    Scope outerScope = evaluator.scope();
    out = new StringBuilder();
    evaluator.setScope(new Scope(outerScope));
    Stmt.Flow flow = execute(body);
    evaluator.setScope(outerScope);
    String text = out.toString();
    out = outer;
    if (flow == Stmt.Flow.NEXT) {
      use.accept(text);
    }
    return flow;
  }

  @Override
  public Stmt.Flow visit(Stmt.With stmt) {
    Scope outer = evaluator.scope();
    Map<Stmt.Target, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < stmt.targets().size(); i++) {
      values.put(stmt.targets().get(i), evaluator.evaluate(stmt.values().get(i)));
    }
    evaluator.setScope(new Scope(outer));
    values.forEach(this::assign);
    Stmt.Flow flow = execute(stmt.body());
    evaluator.setScope(outer);
    return flow;
  }

  @Override
  public Stmt.Flow visit(Stmt.Generation stmt) {
    print(render(stmt.body(), new Scope(evaluator.scope())));
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.Block stmt) {
    if (stmt.isRequired()) {
      throw TemplateException.runtime("required block '" + stmt.name() + "' not found");
    }
    print(render(stmt.body(), new Scope(stmt.isScoped() ? evaluator.scope() : outermost)));
    return Stmt.Flow.NEXT;
  }

  @Override
  public Stmt.Flow visit(Stmt.Refused stmt) {
    throw TemplateException.unsupported(stmt.reason());
  }

  @Override
  public Stmt.Flow visit(Stmt.Jump stmt) {
    return stmt.flow();
  }
}
