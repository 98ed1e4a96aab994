package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A parsed template: parse once, render from any thread. */
public final class Template {
  private static final int MAX_SOURCE_CHARS = 1 << 18;
  private static final int MAX_VALUE_DEPTH = 100;

  private final StatementParser.Parsed parsed;

  private Template(StatementParser.Parsed parsed) {
    this.parsed = parsed;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException if it is not one
   */
  public static Template parse(String source) {
    if (source.length() > MAX_SOURCE_CHARS) {
      throw TemplateException.limit(
          "template: expected at most " + MAX_SOURCE_CHARS + " characters, got " + source.length());
    }
    return withinStack(() -> new Template(StatementParser.parse(source)));
  }

  /**
   * Whether some loop or filter of the template walks over a variable, an attribute or a key of
   * that name, as over the parts of a message's {@code content}.
   */
  public boolean loopsOver(String name) {
    return parsed.walkedNames().contains(name);
  }

  /**
   * Renders with {@code variables}: null, Boolean, Number, String, List and Map (keys are strings)
   * of these. They are copied first; null is Python's None. {@code clock} is what {@code
   * strftime_now} reads.
   *
   * @throws TemplateException if rendering fails, the template raises, or a limit is reached
   */
  public String render(Map<String, ?> variables, Limits limits, Clock clock) {
    Budget budget = new Budget(limits);
    Scope given = new Scope(Globals.create(budget, clock));
    variables.forEach((name, value) -> given.set(name, imported(value, 0)));
    Interpreter interpreter = new Interpreter(budget, new Scope(given));
    given.set("self", interpreter.self(parsed.blocks()));
    return withinStack(() -> interpreter.render(parsed.body()));
  }

  /** Depth is counted, yet how much of the stack a level takes is not ours to know. */
  private static <T> T withinStack(Supplier<T> work) {
    try {
      return work.get();
    } catch (StackOverflowError e) {
      throw TemplateException.limit("nesting: too deep");
    }
  }

  private static Object imported(Object value, int depth) {
    if (depth > MAX_VALUE_DEPTH) {
      throw TemplateException.limit(
          "variables: expected at most " + MAX_VALUE_DEPTH + " nested levels");
    }
    if (value == null) {
      return None.NONE;
    }
    if (value instanceof String || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Number number) {
      return importedNumber(number);
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>(list.size());
      for (Object item : list) {
        copy.add(imported(item, depth + 1));
      }
      return copy;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(importedKey(key), imported(item, depth + 1)));
      return copy;
    }
    throw new IllegalArgumentException(
        "variables: expected null, Boolean, Number, String, List or Map, got "
            + value.getClass().getName());
  }

  private static String importedKey(Object key) {
    if (key instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("variables: expected string keys, got " + key);
  }

  private static Number importedNumber(Number number) {
    if (number instanceof BigInteger big) {
      return Numbers.fitting(big);
    }
    boolean isWhole =
        number instanceof Long
            || number instanceof Integer
            || number instanceof Short
            || number instanceof Byte;
    return isWhole ? (Number) number.longValue() : (Number) number.doubleValue();
  }
}
