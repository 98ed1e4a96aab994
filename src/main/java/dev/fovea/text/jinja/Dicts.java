package dev.fovea.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Dicts: what may be a key, and the methods. */
final class Dicts {
  private static final List<String> MODIFYING =
      List.of("clear", "pop", "popitem", "setdefault", "update");

  private Dicts() {}

  /**
   * The key Python would look up: 1, 1.0 and True are one key. Lists and dicts are no keys. A
   * namespace and a function are keys by identity.
   */
  static Object key(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    if (value instanceof Double number && number == Math.rint(number) && !number.isInfinite()) {
      return Math.abs(number) < 1L << 53 ? (Object) number.longValue() : number;
    }
    if (value instanceof Markup markup) {
      return markup.text();
    }
    if (value instanceof Tuple tuple) {
      return Tuple.of(tuple.items().stream().map(Dicts::tupleKey).toList());
    }
    if (value instanceof List || value instanceof Map || value instanceof DictView) {
      throw TemplateException.runtime("expected a hashable key, got a " + PyFormat.typeName(value));
    }
    return value;
  }

  private static Object tupleKey(Object value) {
    if (value instanceof Tuple) {
      throw TemplateException.unsupported("a key made of nested tuples");
    }
    return key(value);
  }

  /** Puts as a literal or {@code dict()} does; a key that would print as another is refused. */
  static void put(Map<Object, Object> dict, Object key, Object value) {
    if (key instanceof Boolean || key instanceof Markup || key instanceof Double) {
      throw TemplateException.unsupported(
          "a dict key of type " + (key instanceof Markup ? "Markup" : PyFormat.typeName(key)));
    }
    dict.put(key(key), value);
  }

  /** {@code dict(...)}: a mapping or pairs, then keywords. */
  static Map<Object, Object> create(Arguments arguments, Budget budget) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.positional().size() > 1) {
      throw TemplateException.runtime("dict: expected at most 1 positional argument");
    }
    for (Object initial : arguments.positional()) {
      addAll(dict, initial, budget);
    }
    budget.elements(arguments.named().size());
    dict.putAll(arguments.named());
    return dict;
  }

  private static void addAll(Map<Object, Object> dict, Object initial, Budget budget) {
    if (initial instanceof Map<?, ?> map) {
      budget.elements(map.size());
      dict.putAll(map);
      return;
    }
    for (Object pair : Sequences.list(initial, budget)) {
      List<Object> items = Sequences.list(pair, budget);
      if (items.size() != 2) {
        throw TemplateException.runtime(
            "dict: expected pairs, got an element of length " + items.size());
      }
      put(dict, items.get(0), items.get(1));
    }
  }

  /** The method as a value, an undefined one for what the sandbox hides, or null. */
  static Object method(Map<Object, Object> dict, String name, Budget budget) {
    return switch (name) {
      case "keys" -> view(dict, name, DictView.Kind.KEYS);
      case "values" -> view(dict, name, DictView.Kind.VALUES);
      case "items" -> view(dict, name, DictView.Kind.ITEMS);
      case "get" -> new TemplateFunction(name, arguments -> get(dict, arguments));
      case "copy" ->
          new TemplateFunction(
              name,
              arguments -> {
                arguments.positionalOnly("copy", 0, 0);
                budget.elements(dict.size());
                return new LinkedHashMap<>(dict);
              });
      case "fromkeys" -> throw TemplateException.unsupported("dict.fromkeys");
      default ->
          MODIFYING.contains(name) || Members.isInternal(name) ? Members.unsafe(dict, name) : null;
    };
  }

  private static TemplateFunction view(Map<Object, Object> dict, String name, DictView.Kind kind) {
    return new TemplateFunction(
        name,
        arguments -> {
          arguments.positionalOnly(name, 0, 0);
          return new DictView(kind, dict);
        });
  }

  private static Object get(Map<Object, Object> dict, Arguments arguments) {
    Object[] values = arguments.positionalOnly("get", 1, 2);
    Object key = key(values[0]);
    if (dict.containsKey(key)) {
      return dict.get(key);
    }
    return values.length == 2 ? values[1] : null;
  }
}
