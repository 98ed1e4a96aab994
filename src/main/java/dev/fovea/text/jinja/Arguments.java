package dev.fovea.text.jinja;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluated arguments of a call, filter or test. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** Marks a parameter that was not given. */
  private static final Object ABSENT = new Object();

  /** Arguments matched with parameters. */
  record Bound(Object[] values) {
    boolean has(int index) {
      return values[index] != ABSENT;
    }

    /** Whether there is a value other than None. */
    boolean isGiven(int index) {
      return has(index) && values[index] != None.NONE;
    }

    Object get(int index) {
      return values[index];
    }

    /** The value, or null where it is absent or None. */
    Object orNull(int index) {
      return isGiven(index) ? values[index] : null;
    }

    Object or(int index, Object fallback) {
      return has(index) ? values[index] : fallback;
    }

    boolean flag(int index, boolean fallback) {
      return has(index) ? Sequences.isTrue(values[index]) : fallback;
    }

    long number(int index, long fallback) {
      return has(index) ? Numbers.requireIndex(values[index]) : fallback;
    }
  }

  /** Matches with {@code parameters}, of which the first {@code numRequired} have no default. */
  Bound bind(String callee, int numRequired, String... parameters) {
    if (positional.size() > parameters.length) {
      throw wrongCount(callee, numRequired, parameters.length);
    }
    Object[] values = new Object[parameters.length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < positional.size(); i++) {
      values[i] = positional.get(i);
    }
    named.forEach(
        (name, value) -> {
          int index = Arrays.asList(parameters).indexOf(name);
          if (index < 0 || values[index] != ABSENT) {
            throw TemplateException.runtime(
                callee + ": unexpected keyword argument '" + PyFormat.cut(name) + "'");
          }
          values[index] = value;
        });
    for (int i = 0; i < numRequired; i++) {
      if (values[i] == ABSENT) {
        throw wrongCount(callee, numRequired, parameters.length);
      }
    }
    return new Bound(values);
  }

  /** The arguments of a function that takes no keywords. */
  Object[] positionalOnly(String callee, int min, int max) {
    if (!named.isEmpty()) {
      throw TemplateException.runtime(callee + ": takes no keyword arguments");
    }
    if (positional.size() < min || positional.size() > max) {
      throw wrongCount(callee, min, max);
    }
    return positional.toArray();
  }

  private TemplateException wrongCount(String callee, int min, int max) {
    return TemplateException.runtime(
        callee
            + ": expected "
            + (min == max ? "" : min + " to ")
            + max
            + " arguments, got "
            + numGiven());
  }

  private int numGiven() {
    return positional.size() + named.size();
  }

  /** The arguments behind the first {@code count} positional ones. */
  Arguments dropFirst(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  Arguments withNamed(String name, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(named);
    if (all.put(name, value) != null) {
      throw TemplateException.runtime("call: got multiple values for argument " + name);
    }
    return new Arguments(positional, all);
  }
}
