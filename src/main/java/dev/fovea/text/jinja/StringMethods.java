package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/** The methods of {@code str}. */
final class StringMethods {
  private static final Set<String> SUPPORTED =
      Set.of(
          "strip",
          "lstrip",
          "rstrip",
          "startswith",
          "endswith",
          "split",
          "rsplit",
          "splitlines",
          "upper",
          "lower",
          "title",
          "capitalize",
          "swapcase",
          "replace",
          "find",
          "rfind",
          "index",
          "rindex",
          "count",
          "join",
          "format",
          "removeprefix",
          "removesuffix",
          "partition",
          "rpartition",
          "zfill",
          "ljust",
          "rjust",
          "center",
          "isdigit",
          "isdecimal",
          "isalpha",
          "isalnum",
          "isspace",
          "isupper",
          "islower");
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "casefold",
          "encode",
          "expandtabs",
          "format_map",
          "isascii",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "maketrans",
          "translate");

  private final String text;
  private final String name;
  private final Budget budget;

  private StringMethods(String text, String name, Budget budget) {
    this.text = text;
    this.name = name;
    this.budget = budget;
  }

  /** The bound method, or null if {@code str} has none of that name. */
  static TemplateFunction method(String text, String name, Budget budget) {
    if (UNSUPPORTED.contains(name)) {
      throw TemplateException.unsupported("str." + name);
    }
    return SUPPORTED.contains(name)
        ? new TemplateFunction(name, new StringMethods(text, name, budget)::call)
        : null;
  }

  private Object call(Arguments arguments) {
    boolean isConstantTime = name.equals("startswith") || name.equals("endswith");
    budget.text(isConstantTime ? 0 : text.length());
    return switch (name) {
      case "split", "rsplit" -> split(arguments.bind(name, 0, "sep", "maxsplit"));
      case "splitlines" ->
          PyText.splitLines(text, arguments.bind(name, 0, "keepends").flag(0, false));
      case "format" -> BraceFormat.apply(text, arguments, budget);
      case "strip", "lstrip", "rstrip" -> strip(arguments.positionalOnly(name, 0, 1));
      case "startswith", "endswith" -> affix(arguments.positionalOnly(name, 1, 3));
      case "replace" -> replace(arguments.positionalOnly(name, 2, 3));
      case "find", "rfind", "index", "rindex" -> find(arguments.positionalOnly(name, 1, 3));
      case "count" -> PyText.count(text, string(only(arguments, 1)), budget);
      case "join" -> join(only(arguments, 1));
      case "removeprefix" -> removePrefix(string(only(arguments, 1)));
      case "removesuffix" -> removeSuffix(string(only(arguments, 1)));
      case "partition", "rpartition" -> partition(string(only(arguments, 1)));
      case "zfill", "ljust", "rjust", "center" -> justify(arguments.positionalOnly(name, 1, 2));
      default -> {
        arguments.positionalOnly(name, 0, 0);
        yield plain();
      }
    };
  }

  private Object only(Arguments arguments, int max) {
    return arguments.positionalOnly(name, 1, max)[0];
  }

  private Object plain() {
    return switch (name) {
      case "upper" -> PyText.upper(text);
      case "lower" -> PyText.lower(text);
      case "title" -> PyText.title(text);
      case "capitalize" -> PyText.capitalize(text);
      case "swapcase" -> swapCase();
      case "isupper" -> PyText.isUpper(text);
      case "islower" -> PyText.isLower(text);
      case "isspace" -> all(PyText::isSpace);
      case "isalpha" -> all(Character::isLetter);
      case "isdecimal" -> all(Character::isDigit);
      case "isdigit" -> all(StringMethods::isDigit);
      default -> all(c -> Character.isLetter(c) || isNumeric(c));
    };
  }

  private boolean all(IntPredicate predicate) {
    return !text.isEmpty() && text.codePoints().allMatch(predicate);
  }

  /** Decimal digits and super- and subscript digits. */
  private static boolean isDigit(int c) {
    return Character.isDigit(c)
        || c == 0xb2
        || c == 0xb3
        || c == 0xb9
        || c == 0x2070
        || (c >= 0x2074 && c <= 0x2079)
        || (c >= 0x2080 && c <= 0x2089);
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  private String swapCase() {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              String one = PyText.codePoint(c);
              out.append(Character.isUpperCase(c) ? PyText.lower(one) : PyText.upper(one));
            });
    return out.toString();
  }

  private String string(Object value) {
    if (value instanceof String string) {
      return string;
    }
    if (value instanceof Markup) {
      throw TemplateException.unsupported("escaped text as an argument of str." + name);
    }
    throw TemplateException.runtime(
        String.format(
            Locale.ROOT, "str.%s: expected a string, got %s", name, PyFormat.typeName(value)));
  }

  private Object strip(Object[] values) {
    String chars = values.length == 0 || values[0] == null ? null : string(values[0]);
    if (chars != null) {
      budget.spend((long) Math.min(chars.length(), text.length()) * chars.length() / 64);
    }
    return PyText.strip(text, chars, !name.equals("rstrip"), !name.equals("lstrip"));
  }

  private Object affix(Object[] values) {
    if (values.length > 1) {
      throw TemplateException.unsupported("str." + name + " with bounds");
    }
    List<Object> affixes = values[0] instanceof Tuple tuple ? tuple.items() : List.of(values[0]);
    for (Object affix : affixes) {
      String wanted = string(affix);
      if (name.equals("startswith") ? text.startsWith(wanted) : text.endsWith(wanted)) {
        return true;
      }
    }
    return false;
  }

  private Object replace(Object[] values) {
    long max = values.length == 3 ? Numbers.requireIndex(values[2]) : -1;
    return PyText.replace(text, string(values[0]), string(values[1]), max, budget);
  }

  private Object find(Object[] values) {
    String needle = string(values[0]);
    if (values.length > 1) {
      throw TemplateException.unsupported("str." + name + " with bounds");
    }
    boolean fromRight = name.startsWith("r");
    if (fromRight && needle.length() > 1) {
      budget.spend((long) text.length() * Math.min(needle.length(), text.length()) / 64);
    }
    int found = fromRight ? text.lastIndexOf(needle) : PyText.find(text, needle, 0, budget);
    if (found < 0 && name.endsWith("index")) {
      throw TemplateException.runtime("str." + name + ": substring not found");
    }
    return found < 0 ? -1L : (long) text.codePointCount(0, found);
  }

  private Object join(Object items) {
    StringBuilder out = new StringBuilder();
    boolean isFirst = true;
    for (Object item : Sequences.list(items, budget)) {
      out.append(isFirst ? "" : text).append(string(item));
      isFirst = false;
      budget.requireText(out.length());
    }
    budget.text(out.length());
    return out.toString();
  }

  private Object removePrefix(String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private Object removeSuffix(String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  private Object partition(String separator) {
    requireSeparator(separator);
    boolean fromRight = name.startsWith("r");
    if (fromRight) {
      budget.spend((long) text.length() * Math.min(separator.length(), text.length()) / 64);
    }
    int found = fromRight ? text.lastIndexOf(separator) : PyText.find(text, separator, 0, budget);
    if (found < 0) {
      return fromRight ? Tuple.of("", "", text) : Tuple.of(text, "", "");
    }
    return Tuple.of(
        text.substring(0, found), separator, text.substring(found + separator.length()));
  }

  private void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw TemplateException.runtime("str." + name + ": empty separator");
    }
  }

  private Object justify(Object[] values) {
    long width = Numbers.requireIndex(values[0]);
    if (name.equals("zfill") && values.length == 2) {
      throw TemplateException.runtime("str.zfill: expected 1 argument, got 2");
    }
    String fill = name.equals("zfill") ? "0" : values.length == 2 ? string(values[1]) : " ";
    if (PyText.length(fill) != 1) {
      throw TemplateException.runtime("str." + name + ": expected one fill character");
    }
    long missing = width - PyText.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.text(missing + text.length());
    int count = (int) missing;
    return switch (name) {
      case "ljust" -> text + fill.repeat(count);
      case "rjust" -> fill.repeat(count) + text;
      case "center" -> {
        int left = count / 2 + (int) (count & width & 1);
        yield fill.repeat(left) + text + fill.repeat(count - left);
      }
      default -> {
        int sign = !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
        yield text.substring(0, sign) + fill.repeat(count) + text.substring(sign);
      }
    };
  }

  private Object split(Arguments.Bound arguments) {
    Object separator = arguments.or(0, null);
    long max = arguments.number(1, -1);
    long limit = max < 0 ? Long.MAX_VALUE : max;
    boolean fromRight = name.equals("rsplit");
    if (separator == null) {
      return fromRight ? splitSpaceFromRight(limit) : splitSpace(limit);
    }
    requireSeparator(string(separator));
    return fromRight
        ? splitFromRight(string(separator), limit)
        : splitFromLeft(string(separator), limit);
  }

  private List<Object> splitFromLeft(String separator, long limit) {
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

  private List<Object> splitFromRight(String separator, long limit) {
    budget.spend((long) text.length() * Math.min(separator.length(), text.length()) / 64);
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    while (parts.size() < limit) {
      int found =
          end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
      if (found < 0) {
        break;
      }
      budget.step();
      parts.add(text.substring(found + separator.length(), end));
      end = found;
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  private List<Object> splitSpace(long limit) {
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

  private List<Object> splitSpaceFromRight(long limit) {
    List<Object> parts = new ArrayList<>();
    String rest = PyText.stripRight(text);
    int end = rest.length();
    while (end > 0) {
      budget.step();
      int start = end;
      while (start > 0 && !PyText.isSpace(rest.charAt(start - 1))) {
        start--;
      }
      if (parts.size() >= limit) {
        parts.add(rest.substring(0, end));
        break;
      }
      parts.add(rest.substring(start, end));
      end = start;
      while (end > 0 && PyText.isSpace(rest.charAt(end - 1))) {
        end--;
      }
    }
    Collections.reverse(parts);
    return parts;
  }
}
