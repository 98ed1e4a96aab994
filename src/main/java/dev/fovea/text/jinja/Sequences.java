package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/** Truth, length, iteration and slices of any value. */
final class Sequences {
  private Sequences() {}

  static boolean isTrue(Object value) {
    if (value == null || value instanceof Undefined) {
      return false;
    }
    Number number = Numbers.of(value);
    if (number != null) {
      return number.doubleValue() != 0;
    }
    return !hasLength(value) || length(value) != 0;
  }

  static boolean hasLength(Object value) {
    return value instanceof String
        || value instanceof List
        || value instanceof Map
        || value instanceof Tuple
        || value instanceof RangeValue
        || value instanceof DictView
        || value instanceof Markup
        || value instanceof Undefined;
  }

  static long length(Object value) {
    if (value instanceof String text) {
      return PyText.length(text);
    }
    if (value instanceof List<?> list) {
      return list.size();
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items().size();
    }
    if (value instanceof RangeValue range) {
      return range.length();
    }
    if (value instanceof DictView view) {
      return view.dict().size();
    }
    if (value instanceof Markup markup) {
      return PyText.length(markup.text());
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw TemplateException.runtime("length: " + PyFormat.typeName(value) + " has no length");
  }

  static boolean isIterable(Object value) {
    return hasLength(value) || value instanceof LazySequence || value instanceof LoopState;
  }

  @SuppressWarnings("unchecked")
  static Iterator<Object> iterator(Object value) {
    if (value instanceof List<?> list) {
      return (Iterator<Object>) list.iterator();
    }
    if (value instanceof String text) {
      return characters(text);
    }
    if (value instanceof Map<?, ?> map) {
      return (Iterator<Object>) map.keySet().iterator();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items().iterator();
    }
    if (value instanceof RangeValue range) {
      LongFunction<Object> get = range::get;
      return LongStream.range(0, range.length()).mapToObj(get).iterator();
    }
    if (value instanceof DictView view) {
      return view.iterator();
    }
    if (value instanceof LazySequence lazy) {
      return lazy.iterator();
    }
    if (value instanceof Markup markup) {
      return characters(markup.text());
    }
    if (value instanceof Undefined) {
      return Collections.emptyIterator();
    }
    throw TemplateException.runtime("'" + PyFormat.typeName(value) + "' object is not iterable");
  }

  private static Iterator<Object> characters(String text) {
    PrimitiveIterator.OfInt codePoints = text.codePoints().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return codePoints.hasNext();
      }

      @Override
      public Object next() {
        return PyText.codePoint(codePoints.nextInt());
      }
    };
  }

  /** A dict's items as tuples. */
  static Iterator<Object> pairs(Map<Object, Object> dict) {
    Iterator<Map.Entry<Object, Object>> entries = dict.entrySet().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Object next() {
        Map.Entry<Object, Object> entry = entries.next();
        return Tuple.of(entry.getKey(), entry.getValue());
      }
    };
  }

  static List<Object> collect(Iterator<Object> items, Budget budget) {
    List<Object> result = new ArrayList<>();
    while (items.hasNext()) {
      budget.step();
      result.add(items.next());
    }
    return result;
  }

  /** {@code list(value)}: a new list. */
  static List<Object> list(Object value, Budget budget) {
    return collect(iterator(value), budget);
  }

  /** {@code value[start:stop:step]}; absent parts are null. */
  static Object slice(Object value, Object start, Object stop, Object step, Budget budget) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    long stride = step == null ? 1 : Numbers.requireIndex(step);
    if (stride == 0) {
      throw TemplateException.runtime("slice: expected a step that is not 0");
    }
    // A step beyond any length takes one element; clamped so that the index cannot overflow.
    stride = Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, stride));
    if (value instanceof String text) {
      return sliceText(text, start, stop, stride, budget);
    }
    if (value instanceof Tuple tuple) {
      return Tuple.of(sliceList(tuple.items(), start, stop, stride, budget));
    }
    if (value instanceof List<?> list) {
      return sliceList(list, start, stop, stride, budget);
    }
    if (value instanceof RangeValue || value instanceof Markup) {
      throw TemplateException.unsupported(
          "slices of a " + (value instanceof Markup ? "Markup" : "range"));
    }
    throw TemplateException.runtime("'" + PyFormat.typeName(value) + "' object cannot be sliced");
  }

  private static List<Object> sliceList(
      List<?> list, Object start, Object stop, long step, Budget budget) {
    long[] bounds = bounds(list.size(), start, stop, step);
    List<Object> result = new ArrayList<>();
    for (long i = bounds[0]; step > 0 ? i < bounds[1] : i > bounds[1]; i += step) {
      budget.step();
      result.add(list.get((int) i));
    }
    return result;
  }

  private static String sliceText(
      String text, Object start, Object stop, long step, Budget budget) {
    budget.text(text.length());
    boolean isPlain = PyText.isPlain(text);
    long[] bounds = bounds(PyText.length(text), start, stop, step);
    if (step == 1) {
      int from = (int) bounds[0];
      int to = (int) Math.max(bounds[0], bounds[1]);
      return isPlain
          ? text.substring(from, to)
          : text.substring(text.offsetByCodePoints(0, from), text.offsetByCodePoints(0, to));
    }
    budget.spend(text.length() / 4);
    int[] codePoints = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (long i = bounds[0]; step > 0 ? i < bounds[1] : i > bounds[1]; i += step) {
      out.appendCodePoint(codePoints[(int) i]);
    }
    return out.toString();
  }

  /** First index and the index to stop before, clipped as Python clips them. */
  private static long[] bounds(long length, Object start, Object stop, long step) {
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? length : length - 1;
    long from = start == null ? (step > 0 ? low : high) : clip(start, length, low, high);
    long to = stop == null ? (step > 0 ? high : low) : clip(stop, length, low, high);
    return new long[] {from, to};
  }

  private static long clip(Object index, long length, long low, long high) {
    long value = Numbers.requireIndex(index);
    long position = value < 0 ? Math.max(value, -length - 1) + length : value;
    return Math.max(low, Math.min(high, position));
  }
}
