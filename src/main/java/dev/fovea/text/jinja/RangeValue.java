package dev.fovea.text.jinja;

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
          "range: expected at most " + MAX_LENGTH + " items, got " + range.length());
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

  boolean hasItemsOf(RangeValue other) {
    long length = length();
    return length == other.length()
        && (length == 0 || (start == other.start && (length == 1 || step == other.step)));
  }

  /** The range of the items from one index up to another, which {@link Sequences} has clipped. */
  RangeValue slice(long from, long to, long stride) {
    return new RangeValue(get(from), get(to), step * stride);
  }

  String repr() {
    return "range(" + start + ", " + stop + (step == 1 ? ")" : ", " + step + ")");
  }

  /** An attribute of the type, or null. */
  Object attribute(String name, Budget budget) {
    return switch (name) {
      case "start" -> start;
      case "stop" -> stop;
      case "step" -> step;
      case "count" ->
          new TemplateFunction(
              name, arguments -> holds(arguments.positionalOnly(name, 1, 1)[0], budget) ? 1L : 0L);
      case "index" -> new TemplateFunction(name, arguments -> index(arguments, budget));
      default -> null;
    };
  }

  private boolean holds(Object value, Budget budget) {
    return Comparison.contains(this, value, budget);
  }

  private Object index(Arguments arguments, Budget budget) {
    Object value = arguments.positionalOnly("index", 1, 1)[0];
    if (Numbers.of(value) instanceof Long number && contains(number)) {
      return (number - start) / step;
    }
    if (Numbers.of(value) instanceof Double && holds(value, budget)) {
      return (Numbers.requireIndex(Numbers.truncated((Double) value)) - start) / step;
    }
    throw TemplateException.runtime("index: " + PyFormat.shortRepr(value) + " is not in range");
  }
}
