package dev.fovea.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Attributes and items, in the order and with the hiding of Jinja's immutable sandbox. */
final class Members {
  private static final List<String> LIST_MODIFYING =
      List.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final List<String> NUMBER_ATTRIBUTES =
      List.of(
          "as_integer_ratio",
          "bit_count",
          "bit_length",
          "conjugate",
          "denominator",
          "from_bytes",
          "fromhex",
          "hex",
          "imag",
          "is_integer",
          "numerator",
          "real",
          "to_bytes");

  private Members() {}

  static boolean isInternal(String name) {
    return name.startsWith("__") && name.endsWith("__");
  }

  /** What the sandbox answers for an attribute it hides. */
  static Undefined unsafe(Object owner, String name) {
    return new Undefined(
        String.format(
            Locale.ROOT,
            "access to attribute '%s' of '%s' object is unsafe",
            name,
            PyFormat.typeName(owner)));
  }

  /** {@code owner.name}. */
  static Object attribute(Object owner, String name, Budget budget) {
    Object found = own(owner, name, budget);
    if (found != null) {
      return found;
    }
    if (owner instanceof Map<?, ?> map) {
      return map.containsKey(name) ? map.get(name) : Undefined.member(owner, name);
    }
    return Undefined.member(owner, name);
  }

  /** {@code owner[key]}. */
  static Object item(Object owner, Object key, Budget budget) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Number index = Numbers.of(key);
    if (owner instanceof Map<?, ?> map) {
      if (!(key instanceof List || key instanceof Map) && map.containsKey(Dicts.key(key))) {
        return map.get(Dicts.key(key));
      }
    } else if (index instanceof Long position) {
      Object element = element(owner, position, budget);
      if (element != null) {
        return element == NONE ? null : element;
      }
    }
    if (key instanceof String name) {
      Object found = own(owner, name, budget);
      return found != null ? found : Undefined.member(owner, name);
    }
    return Undefined.member(owner, key);
  }

  /** Stands for an element that is None. */
  private static final Object NONE = new Object();

  /** The element at an index that may be negative, or null where there is none. */
  private static Object element(Object owner, long index, Budget budget) {
    if (owner instanceof Markup) {
      throw TemplateException.unsupported("an index into escaped text");
    }
    boolean isSequence =
        owner instanceof List
            || owner instanceof Tuple
            || owner instanceof String
            || owner instanceof RangeValue;
    if (!isSequence) {
      return null;
    }
    long length = Sequences.length(owner);
    long position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) {
      return null;
    }
    if (owner instanceof RangeValue range) {
      return range.get(position);
    }
    if (owner instanceof String text) {
      budget.spend(1 + text.length() / 64);
      int at = text.offsetByCodePoints(0, (int) position);
      return PyText.codePoint(text.codePointAt(at));
    }
    List<?> items = owner instanceof Tuple tuple ? tuple.items() : (List<?>) owner;
    Object item = items.get((int) position);
    return item == null ? NONE : item;
  }

  /** An attribute of the type itself, or null. */
  @SuppressWarnings("unchecked")
  private static Object own(Object owner, String name, Budget budget) {
    if (owner instanceof Undefined undefined) {
      if (isInternal(name)) {
        throw TemplateException.unsupported("attribute '" + name + "' of an undefined value");
      }
      throw undefined.failure();
    }
    if (owner instanceof Map<?, ?> map) {
      return Dicts.method((Map<Object, Object>) map, name, budget);
    }
    if (isInternal(name)) {
      return unsafe(owner, name);
    }
    if (owner instanceof String text) {
      return StringMethods.method(text, name, budget);
    }
    if (owner instanceof Namespace namespace) {
      return namespace.members().containsKey(name) && namespace.get(name) == null
          ? null
          : namespace.get(name);
    }
    if (owner instanceof LoopState loop) {
      return loop.get(name, budget);
    }
    if (owner instanceof List || owner instanceof Tuple) {
      return listAttribute(owner, name, budget);
    }
    return otherAttribute(owner, name);
  }

  private static Object listAttribute(Object owner, String name, Budget budget) {
    if (owner instanceof Tuple tuple && tuple.fields().contains(name)) {
      return tuple.items().get(tuple.fields().indexOf(name));
    }
    List<?> items = owner instanceof Tuple tuple ? tuple.items() : (List<?>) owner;
    if (name.equals("count")) {
      return new TemplateFunction(name, arguments -> count(items, arguments, budget));
    }
    if (name.equals("index")) {
      return new TemplateFunction(name, arguments -> index(items, arguments, budget));
    }
    if (owner instanceof List && name.equals("copy")) {
      return new TemplateFunction(name, arguments -> Sequences.list(items, budget));
    }
    return owner instanceof List && LIST_MODIFYING.contains(name) ? unsafe(owner, name) : null;
  }

  private static Object otherAttribute(Object owner, String name) {
    if (owner instanceof MacroFunction macro) {
      return macro.attribute(name);
    }
    boolean isHidden =
        owner instanceof Markup
            || owner instanceof DictView
            || owner instanceof RangeValue
            || owner instanceof TemplateFunction
            || owner instanceof LazySequence
            || (owner instanceof Number && NUMBER_ATTRIBUTES.contains(name))
            || (owner instanceof Boolean && NUMBER_ATTRIBUTES.contains(name));
    if (isHidden) {
      throw TemplateException.unsupported(
          String.format(Locale.ROOT, "attribute '%s' of a %s", name, PyFormat.typeName(owner)));
    }
    return null;
  }

  private static Object count(List<?> items, Arguments arguments, Budget budget) {
    Object wanted = arguments.positionalOnly("count", 1, 1)[0];
    long count = 0;
    for (Object item : items) {
      if (Comparison.equal(item, wanted, budget)) {
        count++;
      }
    }
    return count;
  }

  private static Object index(List<?> items, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("index", 1, 3);
    if (values.length > 1) {
      throw TemplateException.unsupported("list.index with bounds");
    }
    for (int i = 0; i < items.size(); i++) {
      if (Comparison.equal(items.get(i), values[0], budget)) {
        return (long) i;
      }
    }
    throw TemplateException.runtime(
        "index: " + PyFormat.shortRepr(values[0]) + " is not in the list");
  }
}
