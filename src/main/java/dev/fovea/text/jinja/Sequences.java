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
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    String text = Markup.textOf(value);
    if (text != null) {
      return !text.isEmpty();
    }
    Number number = Numbers.of(value);
    if (number != null) {
      return number.doubleValue() != 0;
    }
    return !hasLength(value) || size(value) != 0;
  }

  static boolean hasLength(Object value) {
    return Markup.textOf(value) != null
        || value instanceof List
        || value instanceof Map
        || value instanceof Tuple
        || value instanceof RangeValue
        || value instanceof DictView
        || value instanceof Bytes
        || value instanceof Undefined;
  }

  static long length(Object value, Budget budget) {
    String text = Markup.textOf(value);
    if (text != null) {
      budget.scan(text.length());
      return PyText.length(text);
    }
    return value instanceof LoopState loop ? loop.length(budget) : size(value);
  }

  /** The length of what knows it without counting. */
  private static long size(Object value) {
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
    if (value instanceof Bytes bytes) {
      return bytes.length();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw TemplateException.runtime("length: " + PyFormat.typeName(value) + " has no length");
  }

  static boolean isIterable(Object value) {
    return hasLength(value) || value instanceof LazySequence || value instanceof LoopState;
  }

  /** The items of a list or tuple, or null. */
  static List<?> itemsOf(Object value) {
    return value instanceof List<?> list
        ? list
        : value instanceof Tuple tuple ? tuple.items() : null;
  }

  @SuppressWarnings("unchecked")
  static Iterator<Object> iterator(Object value) {
    List<?> items = itemsOf(value);
    if (items != null) {
      return (Iterator<Object>) items.iterator();
    }
    if (value instanceof String text) {
      return characters(text);
    }
    if (value instanceof Map<?, ?> map) {
      return Dicts.keys(map);
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
    if (value instanceof Bytes bytes) {
      return bytes.items().iterator();
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
        return Character.toString(codePoints.nextInt());
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

  /**
   * {@code value[index]}, or null where there is no such element; {@code index} counts back too.
   */
  static Object element(Object value, long index, Budget budget) {
    String text = Markup.textOf(value);
    List<?> items = value instanceof Bytes bytes ? bytes.items() : itemsOf(value);
    if (text == null && items == null && !(value instanceof RangeValue)) {
      return null;
    }
    long length = text != null ? length(text, budget) : items != null ? items.size() : size(value);
    long position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) {
      return null;
    }
    if (text != null) {
      int at = text.offsetByCodePoints(0, (int) position);
      String character = Character.toString(text.codePointAt(at));
      return value instanceof Markup ? new Markup(character) : character;
    }
    return items != null ? items.get((int) position) : ((RangeValue) value).get(position);
  }

  /** Where a slice begins, where it ends and how it steps, within a length. */
  private record Cut(long from, long to, long step) {
    /** Absent parts are null or None. */
    static Cut of(long length, Object start, Object stop, Object step) {
      long stride = isAbsent(step) ? 1 : Numbers.requireIndex(step);
      if (stride == 0) {
        throw TemplateException.runtime("slice: expected a step that is not 0");
      }
      // A step beyond any length takes one element; clamped so that the index cannot overflow.
      stride = Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, stride));
      long low = stride > 0 ? 0 : -1;
      long high = stride > 0 ? length : length - 1;
      long from = isAbsent(start) ? (stride > 0 ? low : high) : clip(start, length, low, high);
      long to = isAbsent(stop) ? (stride > 0 ? high : low) : clip(stop, length, low, high);
      return new Cut(from, to, stride);
    }

    private static boolean isAbsent(Object part) {
      return part == null || part == None.NONE;
    }

    private static long clip(Object index, long length, long low, long high) {
      long value = Numbers.requireIndex(index);
      long position = value < 0 ? Math.max(value, -length - 1) + length : value;
      return Math.max(low, Math.min(high, position));
    }

    boolean holds(long index) {
      return step > 0 ? index < to : index > to;
    }
  }

  /** {@code value[start:stop:step]}; absent parts are null or None. */
  static Object slice(Object value, Object start, Object stop, Object step, Budget budget) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    String text = Markup.textOf(value);
    if (text != null) {
      String part = sliceText(text, Cut.of(length(text, budget), start, stop, step), budget);
      return value instanceof Markup ? new Markup(part) : part;
    }
    List<?> items = itemsOf(value);
    if (items != null) {
      List<Object> part = sliceList(items, Cut.of(items.size(), start, stop, step), budget);
      return value instanceof Tuple ? Tuple.of(part) : part;
    }
    if (value instanceof RangeValue range) {
      Cut cut = Cut.of(range.length(), start, stop, step);
      return range.slice(cut.from(), cut.to(), cut.step());
    }
    if (value instanceof Bytes bytes) {
      List<Object> part =
          sliceList(bytes.items(), Cut.of(bytes.length(), start, stop, step), budget);
      byte[] content = new byte[part.size()];
      for (int i = 0; i < content.length; i++) {
        content[i] = ((Long) part.get(i)).byteValue();
      }
      return new Bytes(content);
    }
    throw TemplateException.runtime("'" + PyFormat.typeName(value) + "' object cannot be sliced");
  }

  private static List<Object> sliceList(List<?> list, Cut cut, Budget budget) {
    List<Object> result = new ArrayList<>();
    for (long i = cut.from(); cut.holds(i); i += cut.step()) {
      budget.step();
      result.add(list.get((int) i));
    }
    return result;
  }

  private static String sliceText(String text, Cut cut, Budget budget) {
    if (cut.step() == 1) {
      int from = (int) cut.from();
      int to = (int) Math.max(from, cut.to());
      int begin = PyText.isPlain(text) ? from : text.offsetByCodePoints(0, from);
      int end = PyText.isPlain(text) ? to : text.offsetByCodePoints(begin, to - from);
      budget.text(end - begin);
      return text.substring(begin, end);
    }
    budget.text(text.length());
    budget.spend(text.length() / 8);
    int[] codePoints = text.codePoints().toArray();
    StringBuilder out = new StringBuilder();
    for (long i = cut.from(); cut.holds(i); i += cut.step()) {
      out.appendCodePoint(codePoints[(int) i]);
    }
    return out.toString();
  }
}
