package dev.fovea.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Attributes and items, in the order and with the hiding of Jinja's immutable sandbox. */
final class Members {
  private static final Set<String> LIST_MODIFYING =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final Set<String> OF_ALL_OBJECTS =
      Set.of("__class__", "__doc__", "__init__", "__eq__", "__hash__", "__str__", "__module__");
  private static final Set<String> GENERATOR_METHODS = Set.of("send", "throw", "close");

  private Members() {}

  private static boolean isInternal(String name) {
    return name.startsWith("__") && name.endsWith("__");
  }

  /** {@code owner.name}. */
  static Object attribute(Object owner, String name, Budget budget) {
    budget.scan(name.length());
    Object found = own(owner, name, budget);
    if (found == null && owner instanceof Map<?, ?> map) {
      found = map.get(name);
    }
    return found != null ? found : Undefined.member(owner, name);
  }

  /** {@code owner[key]}. */
  static Object item(Object owner, Object key, Budget budget) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object found = null;
    if (owner instanceof Map<?, ?> map) {
      boolean isHashable = !(key instanceof List || key instanceof Map || key instanceof DictView);
      found = isHashable ? Dicts.get(map, key, budget) : null;
    } else if (Numbers.of(key) instanceof Long index) {
      found = Sequences.element(owner, index, budget);
    }
    if (found == null && Markup.textOf(key) != null) {
      budget.scan(Markup.textOf(key).length());
      found = own(owner, Markup.textOf(key), budget);
    }
    return found != null ? found : Undefined.member(owner, key);
  }

  /** {@code owner|attr(name)}: an attribute alone. */
  static Object ownAttribute(Object owner, String name, Budget budget) {
    Object found = own(owner, name, budget);
    return found != null ? found : Undefined.member(owner, name);
  }

  /** An attribute of the type itself, or null. */
  private static Object own(Object owner, String name, Budget budget) {
    if (isInternal(name) && (!(owner instanceof Undefined) || OF_ALL_OBJECTS.contains(name))) {
      return Undefined.unsafe(owner, name);
    }
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (owner instanceof Map<?, ?> map) {
      return Dicts.attribute(map, name, budget);
    }
    if (owner instanceof String text) {
      return StringMethods.method(text, name, budget);
    }
    if (owner instanceof Markup markup) {
      return StringMethods.method(markup, name, budget);
    }
    if (owner instanceof Host host) {
      return host.attribute(name, budget);
    }
    if (Sequences.itemsOf(owner) != null) {
      return listAttribute(owner, name, budget);
    }
    return otherAttribute(owner, name, budget);
  }

  private static Object listAttribute(Object owner, String name, Budget budget) {
    if (owner instanceof Tuple tuple && tuple.fields().contains(name)) {
      return tuple.items().get(tuple.fields().indexOf(name));
    }
    List<?> items = Sequences.itemsOf(owner);
    if (name.equals("count")) {
      return new TemplateFunction(name, arguments -> count(items, arguments, budget));
    }
    if (name.equals("index")) {
      return new TemplateFunction(name, arguments -> index(items, arguments, budget));
    }
    if (owner instanceof List && name.equals("copy")) {
      return new TemplateFunction(
          name,
          arguments -> {
            arguments.positionalOnly(name, 0, 0);
            return Sequences.list(items, budget);
          });
    }
    return owner instanceof List && LIST_MODIFYING.contains(name)
        ? Undefined.unsafe(owner, name)
        : null;
  }

  private static Object otherAttribute(Object owner, String name, Budget budget) {
    if (Numbers.of(owner) != null) {
      return NumberMethods.attribute(Numbers.of(owner), name);
    }
    if (owner instanceof RangeValue range) {
      return range.attribute(name, budget);
    }
    if (owner instanceof DictView view) {
      return view.attribute(name, budget);
    }
    if (owner instanceof Bytes bytes) {
      return bytes.attribute(name, budget);
    }
    if (owner instanceof LazySequence && GENERATOR_METHODS.contains(name)) {
      throw TemplateException.unsupported("method '" + name + "' of a generator");
    }
    return null;
  }

  private static Object count(List<?> items, Arguments arguments, Budget budget) {
    Object wanted = arguments.positionalOnly("count", 1, 1)[0];
    long count = 0;
    for (Object item : items) {
      count += Comparison.same(item, wanted, budget) ? 1 : 0;
    }
    return count;
  }

  private static Object index(List<?> items, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("index", 1, 3);
    long from = values.length > 1 ? bound(values[1], items.size()) : 0;
    long to = values.length > 2 ? bound(values[2], items.size()) : items.size();
    for (int i = (int) from; i < to; i++) {
      if (Comparison.same(items.get(i), values[0], budget)) {
        return (long) i;
      }
    }
    throw TemplateException.runtime(
        "index: " + PyFormat.shortRepr(values[0]) + " is not in the list");
  }

  private static long bound(Object value, int size) {
    long index = Numbers.requireIndex(value);
    return Math.max(0, Math.min(size, index < 0 ? Math.max(index, -size) + size : index));
  }
}
