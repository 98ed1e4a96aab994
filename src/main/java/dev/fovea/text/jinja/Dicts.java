package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Dicts: what may be a key, and the methods. */
final class Dicts {
  private static final Set<String> MODIFYING =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Undefined UNDEFINED = new Undefined("an undefined value");

  private Dicts() {}

  /**
   * A key that is a number: 1, 1.0 and True are one key, and it stays what it was at first.
   *
   * @param value what it is looked up by
   */
  private record NumberKey(Number value, Object original) {
    @Override
    public boolean equals(Object other) {
      return other instanceof NumberKey key && value.equals(key.value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }
  }

  /** What the dict holds for a key; lists and dicts are none, functions are keys by identity. */
  static Object key(Object value, Budget budget) {
    if (value instanceof String text) {
      budget.scan(text.length());
      return text;
    }
    Number number = Numbers.of(value);
    if (number != null) {
      boolean isWhole =
          number instanceof Double real && real == Math.rint(real) && !real.isInfinite();
      return new NumberKey(isWhole ? Numbers.truncated((Double) number) : number, value);
    }
    if (value instanceof Markup markup) {
      return key(markup.text(), budget);
    }
    if (value instanceof Tuple tuple) {
      budget.enter();
      budget.elements(tuple.items().size());
      List<Object> keys = tuple.items().stream().map(item -> key(item, budget)).toList();
      budget.leave();
      return Tuple.of(keys);
    }
    if (value instanceof List || value instanceof Map || value instanceof DictView) {
      throw TemplateException.runtime("expected a hashable key, got a " + PyFormat.typeName(value));
    }
    return value instanceof Undefined ? UNDEFINED : value;
  }

  /** The value that {@link #key} was made of. */
  static Object original(Object key) {
    if (key instanceof Tuple tuple) {
      return Tuple.of(tuple.items().stream().map(Dicts::original).toList());
    }
    return key instanceof NumberKey number ? number.original() : key;
  }

  static Object get(Map<?, ?> dict, Object key, Budget budget) {
    return dict.get(key(key, budget));
  }

  static void put(Map<Object, Object> dict, Object key, Object value, Budget budget) {
    dict.put(key(key, budget), value);
  }

  static Iterator<Object> keys(Map<?, ?> dict) {
    return mapped(dict.keySet().iterator(), Dicts::original);
  }

  /** The items as tuples. */
  static Iterator<Object> pairs(Map<?, ?> dict) {
    return mapped(
        dict.entrySet().iterator(), entry -> Tuple.of(original(entry.getKey()), entry.getValue()));
  }

  private static <T> Iterator<Object> mapped(Iterator<T> items, Function<T, Object> function) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Object next() {
        return function.apply(items.next());
      }
    };
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
      put(dict, items.get(0), items.get(1), budget);
    }
  }

  /** An attribute of the type, an undefined one for what the sandbox hides, or null. */
  static Object attribute(Map<?, ?> dict, String name, Budget budget) {
    return switch (name) {
      case "keys" -> view(dict, name, DictView.Kind.KEYS);
      case "values" -> view(dict, name, DictView.Kind.VALUES);
      case "items" -> view(dict, name, DictView.Kind.ITEMS);
      case "get" -> new TemplateFunction(name, arguments -> get(dict, arguments, budget));
      case "copy" ->
          new TemplateFunction(
              name,
              arguments -> {
                arguments.positionalOnly(name, 0, 0);
                budget.elements(dict.size());
                return new LinkedHashMap<Object, Object>(dict);
              });
      case "fromkeys" -> new TemplateFunction(name, arguments -> fromKeys(arguments, budget));
      default -> MODIFYING.contains(name) ? Undefined.unsafe(dict, name) : null;
    };
  }

  private static TemplateFunction view(Map<?, ?> dict, String name, DictView.Kind kind) {
    return new TemplateFunction(
        name,
        arguments -> {
          arguments.positionalOnly(name, 0, 0);
          return new DictView(kind, dict);
        });
  }

  private static Object get(Map<?, ?> dict, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("get", 1, 2);
    Object found = get(dict, values[0], budget);
    return found != null ? found : values.length == 2 ? values[1] : None.NONE;
  }

  private static Object fromKeys(Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("fromkeys", 1, 2);
    Map<Object, Object> dict = new LinkedHashMap<>();
    Iterator<Object> keys = Sequences.iterator(values[0]);
    while (keys.hasNext()) {
      budget.step();
      put(dict, keys.next(), values.length == 2 ? values[1] : None.NONE, budget);
    }
    return dict;
  }
}
