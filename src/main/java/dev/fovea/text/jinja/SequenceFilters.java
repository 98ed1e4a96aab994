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
    if (value instanceof LoopState loop) {
      return loop.length(budget);
    }
    return Sequences.length(value);
  }

  private static Object first(Object value, Arguments arguments, Budget budget) {
    arguments.bind("first", 0);
    Iterator<Object> items = Sequences.iterator(value);
    return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(Object value, Arguments arguments, Budget budget) {
    arguments.bind("last", 0);
    List<Object> items = Sequences.list(requireReversible(value), budget);
    return items.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : items.get(items.size() - 1);
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

  @SuppressWarnings("unchecked")
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
          return Sequences.pairs((Map<Object, Object>) map);
        });
  }

  private static Object reverse(Object value, Arguments arguments, Budget budget) {
    arguments.bind("reverse", 0);
    if (value instanceof String text) {
      return Sequences.slice(text, null, null, -1L, budget);
    }
    if (value instanceof Markup) {
      throw TemplateException.unsupported("reverse of escaped text");
    }
    List<Object> items = Sequences.list(value, budget);
    Collections.reverse(items);
    // Python reverses what has an order lazily, and everything else into a list.
    return Sequences.hasLength(value) ? new LazySequence(items::iterator) : items;
  }

  private static Object join(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("join", 0, "d", "attribute");
    String separator = PyFormat.str(bound.or(0, ""), budget);
    Object attribute = bound.or(1, null);
    StringBuilder out = new StringBuilder();
    boolean isFirst = true;
    Iterator<Object> items = Sequences.iterator(value);
    while (items.hasNext()) {
      budget.step();
      Object item = items.next();
      Object part = attribute == null ? item : AttributePath.of(attribute).get(item, budget);
      out.append(isFirst ? "" : separator).append(PyFormat.str(part, budget));
      isFirst = false;
      budget.requireText(out.length());
    }
    budget.text(out.length());
    return out.toString();
  }

  private static Object batch(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
    Object fill = bound.or(1, null);
    long size = Numbers.requireIndex(bound.get(0));
    if (size < 1) {
      throw TemplateException.unsupported("batch with a line count of " + size);
    }
    List<Object> batches = new ArrayList<>();
    List<Object> current = new ArrayList<>();
    for (Object item : Sequences.list(value, budget)) {
      if (current.size() == size) {
        batches.add(current);
        current = new ArrayList<>();
      }
      current.add(item);
    }
    if (!current.isEmpty()) {
      if (fill != null) {
        budget.elements(size - current.size());
        current.addAll(Collections.nCopies((int) (size - current.size()), fill));
      }
      batches.add(current);
    }
    return new LazySequence(batches::iterator);
  }

  private static Object slice(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
    Object fill = bound.or(1, null);
    long numSlices = Numbers.requireIndex(bound.get(0));
    if (numSlices < 1) {
      throw TemplateException.unsupported("slice into " + numSlices + " parts");
    }
    budget.elements(numSlices);
    List<Object> items = Sequences.list(value, budget);
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
    return new LazySequence(slices::iterator);
  }
}
