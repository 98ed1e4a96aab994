package dev.fovea.text.jinja;

import java.time.Clock;
import java.time.ZonedDateTime;

/** The names every template can use. */
final class Globals {
  private Globals() {}

  static Scope create(Budget budget, Clock clock) {
    Scope scope = new Scope(null);
    define(scope, "range", RangeValue::of);
    define(scope, "dict", arguments -> Dicts.create(arguments, budget));
    define(scope, "namespace", arguments -> new Namespace(Dicts.create(arguments, budget)));
    define(scope, "joiner", arguments -> joiner(arguments.bind("joiner", 0, "sep")));
    define(scope, "cycler", Cycler::of);
    define(
        scope,
        "lipsum",
        arguments -> {
          throw TemplateException.unsupported("function 'lipsum': its text is random");
        });
    define(
        scope,
        "raise_exception",
        arguments -> {
          Object message = arguments.bind("raise_exception", 1, "message").get(0);
          throw TemplateException.raised(PyFormat.str(message, budget));
        });
    define(
        scope,
        "strftime_now",
        arguments -> {
          Object format = arguments.bind("strftime_now", 1, "format").get(0);
          return Strftime.format(
              ZonedDateTime.now(clock), StringMethods.string(format, "strftime"), budget);
        });
    return scope;
  }

  private static void define(Scope scope, String name, Callable body) {
    scope.set(name, new TemplateFunction(name, body));
  }

  /** Answers nothing on its first call and the separator on every later one. */
  private static Object joiner(Arguments.Bound arguments) {
    Object separator = arguments.or(0, ", ");
    boolean[] wasCalled = new boolean[1];
    return new TemplateFunction(
        "joiner",
        none -> {
          none.positionalOnly("joiner", 0, 0);
          Object result = wasCalled[0] ? separator : "";
          wasCalled[0] = true;
          return result;
        });
  }
}
