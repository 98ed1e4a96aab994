package dev.fovea.text.jinja;

import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A parsed template: parse once, render from any thread. */
public final class Template {
  private static final int MAX_SOURCE_CHARS = 1 << 18;
  private static final int MAX_VALUE_DEPTH = 100;

  private final List<Stmt> body;

  private Template(List<Stmt> body) {
    this.body = body;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException if it is not one, or uses a statement outside the subset
   */
  public static Template parse(String source) {
    if (source.length() > MAX_SOURCE_CHARS) {
      throw TemplateException.limit(
          String.format(
              Locale.ROOT,
              "template: expected at most %d characters, got %d",
              MAX_SOURCE_CHARS,
              source.length()));
    }
    return new Template(StatementParser.parse(source));
  }

  /**
   * Renders with {@code variables}: null, Boolean, Number, String, List and Map (keys are strings)
   * of these. They are copied first. {@code clock} is what {@code strftime_now} reads.
   *
   * @throws TemplateException if rendering fails, the template raises, or a limit is reached
   */
  public String render(Map<String, ?> variables, Limits limits, Clock clock) {
    Budget budget = new Budget(limits);
    Scope given = new Scope(Globals.create(budget, clock));
    variables.forEach((name, value) -> given.set(name, imported(value, 0)));
    return new Interpreter(budget, new Scope(given)).render(body);
  }

  private static Object imported(Object value, int depth) {
    if (depth > MAX_VALUE_DEPTH) {
      throw TemplateException.limit(
          "variables: expected at most " + MAX_VALUE_DEPTH + " nested levels");
    }
    if (value == null || value instanceof String || value instanceof Boolean) {
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
