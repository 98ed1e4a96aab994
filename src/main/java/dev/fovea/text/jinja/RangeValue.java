package dev.fovea.text.jinja;

import java.util.Locale;

/** A Python range; {@code step} is not 0. */
record RangeValue(long start, long stop, long step) {
  /** The sandbox's own bound on the length of a range. */
  static final long MAX_LENGTH = 100_000;

  static RangeValue of(Arguments arguments) {
    Object[] parts = arguments.positionalOnly("range", 1, 3);
    long start = parts.length == 1 ? 0 : Numbers.requireIndex(parts[0]);
    long stop = Numbers.requireIndex(parts[parts.length == 1 ? 0 : 1]);
    long step = parts.length == 3 ? Numbers.requireIndex(parts[2]) : 1;
    if (step == 0) {
      throw TemplateException.runtime("range: expected a step that is not 0");
    }
    RangeValue range = new RangeValue(start, stop, step);
    if (range.length() > MAX_LENGTH) {
      throw TemplateException.runtime(
          String.format(
              Locale.ROOT, "range: expected at most %d items, got %d", MAX_LENGTH, range.length()));
    }
    return range;
  }

  long length() {
    try {
      long distance = step > 0 ? Math.subtractExact(stop, start) : Math.subtractExact(start, stop);
      long stride = step > 0 ? step : Math.negateExact(step);
      return distance <= 0 ? 0 : (distance - 1) / stride + 1;
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  long get(long index) {
    return start + index * step;
  }

  boolean contains(long value) {
    boolean isInside = step > 0 ? value >= start && value < stop : value <= start && value > stop;
    return isInside && (value - start) % step == 0;
  }
}
