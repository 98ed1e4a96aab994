package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A macro, or the body of a call block, with the scope it was defined in. */
final class MacroFunction implements Host, Callable {
  private final Stmt.Callee callee;
  private final Scope definition;
  private final Interpreter interpreter;

  MacroFunction(Stmt.Callee callee, Scope definition, Interpreter interpreter) {
    this.callee = callee;
    this.definition = definition;
    this.interpreter = interpreter;
  }

  String name() {
    return callee.name();
  }

  @Override
  public String typeName() {
    return "Macro";
  }

  @Override
  public Object attribute(String name, Budget budget) {
    return switch (name) {
      case "name" -> callee.name();
      case "arguments" -> Tuple.of(new ArrayList<Object>(callee.parameters()));
      case "catch_kwargs" -> callee.specials().contains("kwargs");
      case "catch_varargs" -> callee.specials().contains("varargs");
      case "caller" -> callee.specials().contains("caller");
      default -> null;
    };
  }

  @Override
  public Object call(Arguments arguments) {
    Scope scope = new Scope(definition);
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    bindParameters(scope, arguments.positional(), named);
    bindSpecials(scope, arguments.positional(), named);
    return interpreter.render(callee.body(), scope);
  }

  private void bindParameters(Scope scope, List<Object> positional, Map<String, Object> named) {
    List<String> parameters = callee.parameters();
    int firstDefault = parameters.size() - callee.defaults().size();
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      if (i < positional.size()) {
        scope.set(parameter, positional.get(i));
      } else if (named.containsKey(parameter)) {
        scope.set(parameter, named.remove(parameter));
      } else if (i >= firstDefault) {
        scope.set(parameter, defaultValue(scope, i - firstDefault));
      } else {
        scope.set(parameter, new Undefined("parameter '" + parameter + "' was not provided"));
      }
    }
  }

  /** A default sees the parameters before it. */
  private Object defaultValue(Scope scope, int index) {
    Evaluator evaluator = interpreter.evaluator();
    Scope outer = evaluator.scope();
    evaluator.setScope(scope);
    Object value = evaluator.evaluate(callee.defaults().get(index));
    evaluator.setScope(outer);
    return value;
  }

  private void bindSpecials(Scope scope, List<Object> positional, Map<String, Object> named) {
    int numParameters = callee.parameters().size();
    if (callee.specials().contains("caller")) {
      Object caller = named.remove("caller");
      scope.set("caller", caller != null ? caller : new Undefined("No caller defined"));
    }
    if (callee.specials().contains("kwargs")) {
      scope.set("kwargs", new LinkedHashMap<Object, Object>(named));
    } else if (!named.isEmpty()) {
      throw TemplateException.runtime(
          "macro '"
              + name()
              + "' takes no keyword argument '"
              + PyFormat.cut(named.keySet().iterator().next())
              + "'");
    }
    if (callee.specials().contains("varargs")) {
      int from = Math.min(numParameters, positional.size());
      scope.set("varargs", Tuple.of(positional.subList(from, positional.size())));
    } else if (positional.size() > numParameters) {
      throw TemplateException.runtime(
          "macro '"
              + name()
              + "' takes not more than "
              + numParameters
              + " arguments, got "
              + positional.size());
    }
  }
}
