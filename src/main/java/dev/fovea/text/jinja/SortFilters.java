package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Filters that order or compare items; strings compare without case unless told otherwise. */
final class SortFilters {
  private SortFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("sort", SortFilters::sort);
    all.put("dictsort", SortFilters::dictSort);
    all.put("unique", SortFilters::unique);
    all.put("groupby", SortFilters::groupBy);
    all.put("min", (value, arguments, budget) -> extreme("min", value, arguments, budget));
    all.put("max", (value, arguments, budget) -> extreme("max", value, arguments, budget));
  }

  private static Object folded(Object value, boolean isCaseSensitive, Budget budget) {
    String text = isCaseSensitive ? null : Markup.textOf(value);
    if (text == null) {
      return value;
    }
    budget.scan(text.length() * 2L);
    return PyCase.lower(text);
  }

  private static UnaryOperator<Object> key(
      Object attribute, boolean isCaseSensitive, Budget budget) {
    AttributePath path = AttributePath.of(attribute);
    return item -> folded(path.get(item, budget), isCaseSensitive, budget);
  }

  /** Python's {@code sorted}: stable, also in reverse. Each key is computed once. */
  private static List<Object> sorted(
      List<Object> items, UnaryOperator<Object> key, boolean isReverse, Budget budget) {
    record Keyed(Object key, Object item) {}
    List<Keyed> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Comparator<Keyed> order = (a, b) -> Comparison.compare(a.key(), b.key(), budget);
    try {
      keyed.sort(isReverse ? order.reversed() : order);
    } catch (IllegalArgumentException e) {
      throw TemplateException.unsupported("sorting values without a total order");
    }
    List<Object> result = new ArrayList<>();
    keyed.forEach(entry -> result.add(entry.item()));
    return result;
  }

  /** Python takes an integer here, not any truth. */
  private static boolean isReverse(Arguments.Bound bound, int index) {
    return bound.number(index, 0) != 0;
  }

  private static Object sort(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean isCaseSensitive = bound.flag(1, false);
    List<AttributePath> paths = AttributePath.several(bound.orNull(2));
    UnaryOperator<Object> key =
        item -> {
          List<Object> parts = new ArrayList<>();
          paths.forEach(path -> parts.add(folded(path.get(item, budget), isCaseSensitive, budget)));
          return parts;
        };
    return sorted(Sequences.list(value, budget), key, isReverse(bound, 0), budget);
  }

  private static Object dictSort(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    Object by = bound.or(1, "key");
    if (!"key".equals(by) && !"value".equals(by)) {
      throw TemplateException.runtime("dictsort: expected to sort by key or value");
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.runtime("dictsort: expected a dict, got " + PyFormat.typeName(value));
    }
    int position = by.equals("key") ? 0 : 1;
    boolean isCaseSensitive = bound.flag(0, false);
    return sorted(
        Sequences.collect(Dicts.pairs(map), budget),
        pair -> folded(((Tuple) pair).items().get(position), isCaseSensitive, budget),
        isReverse(bound, 2),
        budget);
  }

  private static Object unique(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
    UnaryOperator<Object> key = key(bound.orNull(1), bound.flag(0, false), budget);
    return new LazySequence(
        () -> {
          Set<Object> seen = new HashSet<>();
          List<Object> result = new ArrayList<>();
          Iterator<Object> items = Sequences.iterator(value);
          while (items.hasNext()) {
            budget.step();
            Object item = items.next();
            Object itemKey = key.apply(item);
            if (seen.add(Dicts.key(itemKey, budget))) {
              result.add(item);
            }
          }
          return result.iterator();
        });
  }

  private static Object groupBy(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
    boolean isCaseSensitive = bound.flag(2, false);
    AttributePath path = AttributePath.of(bound.get(0));
    Object fallback = bound.orNull(1);
    UnaryOperator<Object> key =
        item -> folded(path.get(item, fallback, budget), isCaseSensitive, budget);
    List<Object> groups = new ArrayList<>();
    List<Object> current = null;
    Object currentKey = null;
    for (Object item : sorted(Sequences.list(value, budget), key, false, budget)) {
      Object itemKey = key.apply(item);
      if (current == null || !Comparison.equal(itemKey, currentKey, budget)) {
        current = new ArrayList<>();
        currentKey = itemKey;
        Object name = isCaseSensitive ? itemKey : path.get(item, fallback, budget);
        List<Object> group = new ArrayList<>();
        group.add(name);
        group.add(current);
        groups.add(new Tuple(group, List.of("grouper", "list")));
      }
      current.add(item);
    }
    return groups;
  }

  private static Object extreme(String name, Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind(name, 0, "case_sensitive", "attribute");
    UnaryOperator<Object> key = key(bound.orNull(1), bound.flag(0, false), budget);
    Iterator<Object> items = Sequences.iterator(value);
    if (!items.hasNext()) {
      return new Undefined("No aggregated item, sequence was empty.");
    }
    Object best = items.next();
    Object bestKey = key.apply(best);
    while (items.hasNext()) {
      budget.step();
      Object item = items.next();
      Object itemKey = key.apply(item);
      int order = Comparison.compare(itemKey, bestKey, budget);
      if (name.equals("min") ? order < 0 : order > 0) {
        best = item;
        bestKey = itemKey;
      }
    }
    return best;
  }
}
