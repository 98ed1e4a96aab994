package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Filters on sequences that keep or regroup the items, and {@code default}. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("default", SequenceFilters::orDefault);
    all.put("d", SequenceFilters::orDefault);
    all.put("length", SequenceFilters::length);
    all.put("count", SequenceFilters::length);
    all.put("first", SequenceFilters::first);
    all.put("last", SequenceFilters::last);
    all.put("list", SequenceFilters::list);
    all.put("items", SequenceFilters::items);
    all.put("reverse", SequenceFilters::reverse);
    all.put("attr", SequenceFilters::attribute);
    all.put("random", SequenceFilters::random);
    all.put("join", SequenceFilters::join);
    all.put("batch", SequenceFilters::batch);
    all.put("slice", SequenceFilters::slice);
  }

  private static Object orDefault(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("default", 0, "default_value", "boolean");
    boolean isReplaced =
        value instanceof Undefined || (bound.flag(1, false) && !Sequences.isTrue(value));
    return isReplaced ? bound.or(0, "") : value;
  }

  private static Object length(Object value, Arguments arguments, Budget budget) {
    arguments.bind("length", 0);
    return Sequences.length(value, budget);
  }

  private static Object attribute(Object value, Arguments arguments, Budget budget) {
    Object name = arguments.bind("attr", 1, "name").get(0);
    return Members.ownAttribute(value, PyFormat.str(name, budget), budget);
  }

  private static Object random(Object value, Arguments arguments, Budget budget) {
    throw TemplateException.unsupported("filter 'random': a prompt is the same each time");
  }

  private static Object first(Object value, Arguments arguments, Budget budget) {
    arguments.bind("first", 0);
    Iterator<Object> items = Sequences.iterator(value);
    return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(Object value, Arguments arguments, Budget budget) {
    arguments.bind("last", 0);
    Object last = Sequences.element(requireReversible(value), -1, budget);
    if (last == null) {
      Iterator<Object> items = Sequences.iterator(value);
      while (items.hasNext()) {
        budget.step();
        last = items.next();
      }
    }
    // The iterator of reversed escaped text gives plain text.
    String text = Markup.textOf(last);
    return last == null
        ? new Undefined("No last item, sequence was empty.")
        : value instanceof Markup ? text : last;
  }

  private static Object requireReversible(Object value) {
    if (!Sequences.hasLength(value)) {
      throw TemplateException.runtime(
          "'" + PyFormat.typeName(value) + "' object is not reversible");
    }
    return value;
  }

  private static Object list(Object value, Arguments arguments, Budget budget) {
    arguments.bind("list", 0);
    return Sequences.list(value, budget);
  }

  private static Object items(Object value, Arguments arguments, Budget budget) {
    arguments.bind("items", 0);
    return new LazySequence(
        () -> {
          if (value instanceof Undefined) {
            return Collections.emptyIterator();
          }
          if (!(value instanceof Map<?, ?> map)) {
            throw TemplateException.runtime("items: can only get item pairs from a mapping");
          }
          return Dicts.pairs(map);
        });
  }

  private static Object reverse(Object value, Arguments arguments, Budget budget) {
    arguments.bind("reverse", 0);
    if (Markup.textOf(value) != null) {
      return Sequences.slice(value, null, null, -1L, budget);
    }
    List<Object> items = Sequences.list(value, budget);
    Collections.reverse(items);
    // Python reverses what has an order lazily, and everything else into a list.
    return Sequences.hasLength(value) ? new LazySequence(items::iterator) : items;
  }

  private static Object join(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("join", 0, "d", "attribute");
    String separator = PyFormat.str(bound.or(0, ""), budget);
    AttributePath path = AttributePath.of(bound.orNull(1));
    StringBuilder out = new StringBuilder();
    boolean isFirst = true;
    Iterator<Object> items = Sequences.iterator(value);
    while (items.hasNext()) {
      budget.step();
      String part = PyFormat.str(path.get(items.next(), budget), budget);
      budget.requireText((long) out.length() + separator.length() + part.length());
      out.append(isFirst ? "" : separator).append(part);
      isFirst = false;
    }
    budget.scan(out.length());
    return out.toString();
  }

  private static Object batch(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
    return new LazySequence(() -> batches(value, bound, budget).iterator());
  }

  private static List<Object> batches(Object value, Arguments.Bound bound, Budget budget) {
    Object fill = bound.orNull(1);
    List<Object> batches = new ArrayList<>();
    List<Object> current = new ArrayList<>();
    long size = 0;
    for (Object item : Sequences.list(value, budget)) {
      size = Numbers.requireIndex(bound.get(0));
      // With a size of 0 the first batch is empty, with less there is one batch of all.
      if (current.size() == size) {
        batches.add(current);
        current = new ArrayList<>();
      }
      current.add(item);
    }
    if (!current.isEmpty()) {
      if (fill != null && current.size() < size) {
        budget.elements(size - current.size());
        current.addAll(Collections.nCopies((int) (size - current.size()), fill));
      }
      batches.add(current);
    }
    return batches;
  }

  private static Object slice(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
    return new LazySequence(() -> slices(value, bound, budget).iterator());
  }

  private static List<Object> slices(Object value, Arguments.Bound bound, Budget budget) {
    Object fill = bound.orNull(1);
    List<Object> items = Sequences.list(value, budget);
    long numSlices = Numbers.requireIndex(bound.get(0));
    if (numSlices == 0) {
      throw TemplateException.runtime("slice: division by zero");
    }
    budget.elements(numSlices);
    int perSlice = (int) (items.size() / numSlices);
    int withExtra = (int) (items.size() % numSlices);
    List<Object> slices = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < numSlices; i++) {
      int size = perSlice + (i < withExtra ? 1 : 0);
      List<Object> slice = new ArrayList<>(items.subList(at, at + size));
      at += size;
      if (fill != null && i >= withExtra) {
        slice.add(fill);
      }
      slices.add(slice);
    }
    return slices;
  }
}
