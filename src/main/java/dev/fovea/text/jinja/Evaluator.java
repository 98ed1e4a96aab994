package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates expressions of one rendering, in the scope that the interpreter has set. */
final class Evaluator implements Expr.Visitor {
  private final Budget budget;
  private Scope scope;

  Evaluator(Budget budget, Scope scope) {
    this.budget = budget;
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  void setScope(Scope scope) {
    this.scope = scope;
  }

  Object evaluate(Expr expr) {
    budget.step();
    budget.enter();
    Object value = expr.accept(this);
    budget.leave();
    return value;
  }

  boolean isTrue(Expr expr) {
    return Sequences.isTrue(evaluate(expr));
  }

  private List<Object> evaluateAll(List<Expr> exprs) {
    List<Object> values = new ArrayList<>(exprs.size());
    for (Expr expr : exprs) {
      values.add(evaluate(expr));
    }
    return values;
  }

  Arguments arguments(Expr.ArgumentList list) {
    List<Object> positional = evaluateAll(list.positional());
    Map<String, Object> named = new LinkedHashMap<>();
    for (Expr.Keyword keyword : list.keywords()) {
      put(named, keyword.name(), evaluate(keyword.value()));
    }
    if (list.star() != null) {
      positional.addAll(Sequences.list(evaluate(list.star()), budget));
    }
    if (list.doubleStar() != null) {
      if (!(evaluate(list.doubleStar()) instanceof Map<?, ?> more)) {
        throw TemplateException.runtime("call: expected a mapping behind **");
      }
      budget.elements(more.size());
      more.forEach((key, value) -> put(named, key, value));
    }
    return new Arguments(positional, named);
  }

  private static void put(Map<String, Object> named, Object name, Object value) {
    if (!(name instanceof String key)) {
      throw TemplateException.runtime("call: expected keywords that are strings");
    }
    if (named.containsKey(key)) {
      throw TemplateException.runtime("call: keyword argument repeated: " + key);
    }
    named.put(key, value);
  }

  Object call(Object callee, Arguments arguments) {
    if (callee instanceof Callable callable) {
      return callable.call(arguments);
    }
    if (callee instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw TemplateException.runtime("'" + PyFormat.typeName(callee) + "' object is not callable");
  }

  @Override
  public Object visit(Expr.Literal expr) {
    return expr.value();
  }

  @Override
  public Object visit(Expr.Name expr) {
    return scope.get(expr.id());
  }

  @Override
  public Object visit(Expr.TupleOf expr) {
    return Tuple.of(evaluateAll(expr.items()));
  }

  @Override
  public Object visit(Expr.ListOf expr) {
    return evaluateAll(expr.items());
  }

  @Override
  public Object visit(Expr.DictOf expr) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    for (int i = 0; i < expr.keys().size(); i++) {
      Object key = evaluate(expr.keys().get(i));
      Dicts.put(dict, key, evaluate(expr.values().get(i)), budget);
    }
    return dict;
  }

  @Override
  public Object visit(Expr.Attribute expr) {
    return Members.attribute(evaluate(expr.target()), expr.name(), budget);
  }

  @Override
  public Object visit(Expr.Item expr) {
    Object target = evaluate(expr.target());
    return Members.item(target, evaluate(expr.key()), budget);
  }

  @Override
  public Object visit(Expr.Slice expr) {
    Object target = evaluate(expr.target());
    Object start = optional(expr.start());
    Object stop = optional(expr.stop());
    return Sequences.slice(target, start, stop, optional(expr.step()), budget);
  }

  private Object optional(Expr expr) {
    return expr == null ? null : evaluate(expr);
  }

  @Override
  public Object visit(Expr.Call expr) {
    Object callee = evaluate(expr.callee());
    return call(callee, arguments(expr.arguments()));
  }

  @Override
  public Object visit(Expr.Filter expr) {
    Object input = evaluate(expr.input());
    return Filters.apply(expr.name(), input, arguments(expr.arguments()), budget);
  }

  /** Applies the filters of a block, whose innermost input is null, to its body's text. */
  Object filterText(Expr.Filter filter, String text) {
    Object input = filter.input() == null ? text : filterText((Expr.Filter) filter.input(), text);
    return Filters.apply(filter.name(), input, arguments(filter.arguments()), budget);
  }

  @Override
  public Object visit(Expr.Test expr) {
    Object input = evaluate(expr.input());
    return Tests.apply(expr.name(), input, arguments(expr.arguments()), budget);
  }

  @Override
  public Object visit(Expr.Not expr) {
    return !isTrue(expr.operand());
  }

  @Override
  public Object visit(Expr.Sign expr) {
    Number number = Numbers.require(evaluate(expr.operand()), "sign");
    return expr.isNegative() ? Numbers.negate(number) : number;
  }

  @Override
  public Object visit(Expr.Binary expr) {
    Object left = evaluate(expr.left());
    return Arithmetic.binary(expr.operator(), left, evaluate(expr.right()), budget);
  }

  @Override
  public Object visit(Expr.Logical expr) {
    Object left = evaluate(expr.left());
    return Sequences.isTrue(left) == expr.isAnd() ? evaluate(expr.right()) : left;
  }

  @Override
  public Object visit(Expr.Concat expr) {
    StringBuilder text = new StringBuilder();
    for (Expr part : expr.parts()) {
      String more = PyFormat.str(evaluate(part), budget);
      budget.requireText((long) text.length() + more.length());
      text.append(more);
    }
    budget.scan(text.length());
    return text.toString();
  }

  @Override
  public Object visit(Expr.Compare expr) {
    Object left = evaluate(expr.operands().get(0));
    for (int i = 0; i < expr.operators().size(); i++) {
      Object right = evaluate(expr.operands().get(i + 1));
      if (!Comparison.test(expr.operators().get(i), left, right, budget)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  @Override
  public Object visit(Expr.Conditional expr) {
    if (isTrue(expr.test())) {
      return evaluate(expr.then());
    }
    return expr.otherwise() == null
        ? new Undefined("the inline if-expression evaluated to false and has no else")
        : evaluate(expr.otherwise());
  }
}
