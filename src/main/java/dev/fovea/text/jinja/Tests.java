package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The tests of {@code is} by name. */
final class Tests {
  /** One test. */
  interface Test {
    boolean holds(Object value, Arguments arguments, Budget budget);
  }

  private static final Map<String, Test> ALL = collect();

  private Tests() {}

  static boolean apply(String name, Object value, Arguments arguments, Budget budget) {
    Test test = ALL.get(name);
    if (test == null) {
      throw TemplateException.runtime("no test named '" + name + "'");
    }
    return test.holds(value, arguments, budget);
  }

  private static Map<String, Test> collect() {
    Map<String, Test> all = new HashMap<>();
    addTypes(all);
    addComparisons(all);
    all.put(
        "odd", (value, arguments, budget) -> remainder("odd", value, arguments, 2, budget) == 1);
    all.put(
        "even", (value, arguments, budget) -> remainder("even", value, arguments, 2, budget) == 0);
    all.put("divisibleby", Tests::isDivisible);
    all.put(
        "lower",
        (value, arguments, budget) ->
            PyCharacters.isLower(text("lower", value, arguments, budget)));
    all.put(
        "upper",
        (value, arguments, budget) ->
            PyCharacters.isUpper(text("upper", value, arguments, budget)));
    all.put("sameas", (value, arguments, budget) -> isSame(value, one("sameas", arguments)));
    all.put(
        "filter",
        (value, arguments, budget) ->
            name("filter", value, arguments, budget) instanceof String name
                && Filters.isKnown(name));
    all.put(
        "test",
        (value, arguments, budget) ->
            name("test", value, arguments, budget) instanceof String name && ALL.containsKey(name));
    return Map.copyOf(all);
  }

  private static void addTypes(Map<String, Test> all) {
    plain(all, "defined", value -> !(value instanceof Undefined));
    plain(all, "undefined", value -> value instanceof Undefined);
    plain(all, "none", value -> value == None.NONE);
    plain(all, "boolean", value -> value instanceof Boolean);
    plain(all, "true", value -> Boolean.TRUE.equals(value));
    plain(all, "false", value -> Boolean.FALSE.equals(value));
    plain(all, "integer", value -> value instanceof Long || value instanceof BigInteger);
    plain(all, "float", value -> value instanceof Double);
    plain(all, "number", value -> Numbers.of(value) != null);
    plain(all, "string", value -> value instanceof String || value instanceof Markup);
    plain(all, "mapping", value -> value instanceof Map);
    plain(all, "iterable", Sequences::isIterable);
    plain(all, "sequence", value -> Sequences.hasLength(value) && !(value instanceof DictView));
    plain(all, "escaped", value -> value instanceof Markup);
    plain(all, "callable", value -> value instanceof Callable || value instanceof Undefined);
  }

  private static void addComparisons(Map<String, Test> all) {
    Map<String, List<String>> names =
        Map.of(
            "==", List.of("==", "eq", "equalto"),
            "!=", List.of("!=", "ne"),
            "<", List.of("<", "lt", "lessthan"),
            "<=", List.of("<=", "le"),
            ">", List.of(">", "gt", "greaterthan"),
            ">=", List.of(">=", "ge"),
            "in", List.of("in"));
    names.forEach(
        (operator, aliases) ->
            aliases.forEach(
                alias ->
                    all.put(
                        alias,
                        (value, arguments, budget) ->
                            Comparison.test(operator, value, one(alias, arguments), budget))));
  }

  private static void plain(Map<String, Test> all, String name, Predicate<Object> predicate) {
    all.put(
        name,
        (value, arguments, budget) -> {
          arguments.bind(name, 0);
          return predicate.test(value);
        });
  }

  /** The key that filters and tests are looked up by; of any type that can be one. */
  private static Object name(String test, Object value, Arguments arguments, Budget budget) {
    arguments.bind(test, 0);
    return Dicts.key(value, budget);
  }

  private static String text(String name, Object value, Arguments arguments, Budget budget) {
    arguments.bind(name, 0);
    String text = PyFormat.str(value, budget);
    budget.scan(text.length() * 2L);
    return text;
  }

  private static Object one(String name, Arguments arguments) {
    return arguments.bind(name, 1, "other").get(0);
  }

  private static double remainder(
      String name, Object value, Arguments arguments, long divisor, Budget budget) {
    arguments.bind(name, 0);
    return remainder(value, divisor, budget);
  }

  /** {@code value % divisor}, which is a number only where the value is one. */
  private static double remainder(Object value, Object divisor, Budget budget) {
    Number remainder = Numbers.of(Arithmetic.binary("%", value, divisor, budget));
    return remainder == null ? Double.NaN : remainder.doubleValue();
  }

  private static boolean isDivisible(Object value, Arguments arguments, Budget budget) {
    Object divisor = arguments.bind("divisibleby", 1, "num").get(0);
    return remainder(value, divisor, budget) == 0;
  }

  /** Identity, where it does not depend on how Python happens to store equal values. */
  private static boolean isSame(Object value, Object other) {
    if (value == other) {
      return true;
    }
    if (value instanceof Boolean || other instanceof Boolean) {
      return value.equals(other);
    }
    if (value instanceof Long number && number >= -5 && number <= 256) {
      return value.equals(other);
    }
    boolean isImmutable = value instanceof String || value instanceof Number;
    if (isImmutable && value.equals(other)) {
      throw TemplateException.unsupported("identity of equal strings or numbers");
    }
    return false;
  }
}
