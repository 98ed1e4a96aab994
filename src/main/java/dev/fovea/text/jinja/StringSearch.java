package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The methods of {@code str} that look for other text, or part it there. */
final class StringSearch {
  private static final int END = Integer.MAX_VALUE;

  private StringSearch() {}

  static void addTo(Map<String, StringMethods.Method> all) {
    for (String name : List.of("find", "rfind", "index", "rindex")) {
      all.put(name, (text, arguments, budget) -> find(name, text, arguments, budget));
    }
    for (String name : List.of("startswith", "endswith")) {
      all.put(name, (text, arguments, budget) -> affix(name, text, arguments, budget));
    }
    for (String name : List.of("partition", "rpartition")) {
      all.put(name, (text, arguments, budget) -> partition(name, text, arguments, budget));
    }
    for (String name : List.of("split", "rsplit")) {
      all.put(name, (text, arguments, budget) -> split(name, text, arguments, budget));
    }
    all.put("count", StringSearch::count);
    all.put("replace", StringSearch::replace);
    all.put("removeprefix", StringSearch::removePrefix);
    all.put("removesuffix", StringSearch::removeSuffix);
  }

  /**
   * The part of a text that bounds choose, which count characters.
   *
   * @param offset of the part in the text, in characters
   * @param isPossible false where the bounds are beyond the text, so that not even "" is found
   */
  private record Part(String text, long offset, boolean isPossible) {
    static Part of(String text, Object[] values, Budget budget) {
      if (values.length < 2) {
        return new Part(text, 0, true);
      }
      budget.scan(text.length());
      long length = PyText.length(text);
      long from = bound(values[1], 0, length);
      long to = Math.min(length, bound(values.length > 2 ? values[2] : None.NONE, END, length));
      if (from > to) {
        return new Part("", 0, false);
      }
      Object part = Sequences.slice(text, from, to, None.NONE, budget);
      return new Part((String) part, from, true);
    }

    private static long bound(Object value, long absent, long length) {
      long index = value == None.NONE ? absent : Numbers.requireIndex(value);
      return index < 0 ? Math.max(0, Math.max(index, -length - 1) + length) : index;
    }
  }

  private static Object find(String name, String text, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly(name, 1, 3);
    String needle = StringMethods.string(values[0], name);
    Part part = Part.of(text, values, budget);
    int found = -1;
    if (part.isPossible()) {
      found =
          name.startsWith("r")
              ? PyText.findLast(part.text(), needle, part.text().length(), budget)
              : PyText.find(part.text(), needle, 0, budget);
    }
    if (found < 0 && name.endsWith("index")) {
      throw TemplateException.runtime("str." + name + ": substring not found");
    }
    budget.scan(Math.max(0, found));
    return found < 0 ? -1L : part.offset() + part.text().codePointCount(0, found);
  }

  private static Object affix(String name, String text, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly(name, 1, 3);
    Part part = Part.of(text, values, budget);
    List<Object> affixes = values[0] instanceof Tuple tuple ? tuple.items() : List.of(values[0]);
    for (Object affix : affixes) {
      String wanted = StringMethods.string(affix, name);
      budget.scan(Math.min(wanted.length(), part.text().length()));
      boolean holds =
          name.equals("startswith") ? part.text().startsWith(wanted) : part.text().endsWith(wanted);
      if (holds && part.isPossible()) {
        return true;
      }
    }
    return false;
  }

  private static Object count(String text, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("count", 1, 3);
    Part part = Part.of(text, values, budget);
    String needle = StringMethods.string(values[0], "count");
    budget.scan(text.length());
    return part.isPossible() ? PyText.count(part.text(), needle, budget) : 0L;
  }

  private static Object replace(String text, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("replace", 2, 3);
    long max = values.length == 3 ? Numbers.requireIndex(values[2]) : -1;
    return PyText.replace(
        text,
        StringMethods.string(values[0], "replace"),
        StringMethods.string(values[1], "replace"),
        max,
        budget);
  }

  private static Object removePrefix(String text, Arguments arguments, Budget budget) {
    String prefix =
        StringMethods.string(arguments.positionalOnly("removeprefix", 1, 1)[0], "removeprefix");
    budget.text(text.length());
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static Object removeSuffix(String text, Arguments arguments, Budget budget) {
    String suffix =
        StringMethods.string(arguments.positionalOnly("removesuffix", 1, 1)[0], "removesuffix");
    budget.text(text.length());
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private static String separator(Object value, String name) {
    String separator = StringMethods.string(value, name);
    if (separator.isEmpty()) {
      throw TemplateException.runtime("str." + name + ": empty separator");
    }
    return separator;
  }

  private static Object partition(String name, String text, Arguments arguments, Budget budget) {
    String separator = separator(arguments.positionalOnly(name, 1, 1)[0], name);
    boolean fromRight = name.startsWith("r");
    budget.text(text.length());
    int found =
        fromRight
            ? PyText.findLast(text, separator, text.length(), budget)
            : PyText.find(text, separator, 0, budget);
    if (found < 0) {
      return fromRight ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(
        text.substring(0, found), separator, text.substring(found + separator.length()));
  }

  private static Object split(String name, String text, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind(name, 0, "sep", "maxsplit");
    long max = bound.number(1, -1);
    long limit = max < 0 ? Long.MAX_VALUE : max;
    boolean fromRight = name.equals("rsplit");
    budget.text(text.length());
    if (!bound.isGiven(0)) {
      return fromRight
          ? mirrored(splitSpace(PyText.reversed(text), limit, budget))
          : splitSpace(text, limit, budget);
    }
    String separator = separator(bound.get(0), name);
    return fromRight
        ? mirrored(split(PyText.reversed(text), PyText.reversed(separator), limit, budget))
        : split(text, separator, limit, budget);
  }

  private static List<Object> mirrored(List<Object> parts) {
    parts.replaceAll(part -> PyText.reversed((String) part));
    Collections.reverse(parts);
    return parts;
  }

  private static List<Object> split(String text, String separator, long limit, Budget budget) {
    List<Object> parts = new ArrayList<>();
    int at = 0;
    while (parts.size() < limit) {
      int found = PyText.find(text, separator, at, budget);
      if (found < 0) {
        break;
      }
      parts.add(text.substring(at, found));
      at = found + separator.length();
    }
    parts.add(text.substring(at));
    return parts;
  }

  private static List<Object> splitSpace(String text, long limit, Budget budget) {
    List<Object> parts = new ArrayList<>();
    String rest = PyText.stripLeft(text);
    int at = 0;
    while (at < rest.length()) {
      budget.step();
      int end = at;
      while (end < rest.length() && !PyText.isSpace(rest.charAt(end))) {
        end++;
      }
      if (parts.size() >= limit) {
        parts.add(rest.substring(at));
        return parts;
      }
      parts.add(rest.substring(at, end));
      at = end;
      while (at < rest.length() && PyText.isSpace(rest.charAt(at))) {
        at++;
      }
    }
    return parts;
  }
}
