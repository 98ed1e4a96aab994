package dev.fovea.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The methods of {@code str} that strip, pad and exchange characters. */
final class StringLayout {
  private StringLayout() {}

  static void addTo(Map<String, StringMethods.Method> all) {
    for (String name : List.of("strip", "lstrip", "rstrip")) {
      all.put(name, (text, arguments, budget) -> strip(name, text, arguments, budget));
    }
    for (String name : List.of("zfill", "ljust", "rjust", "center")) {
      all.put(name, (text, arguments, budget) -> justify(name, text, arguments, budget));
    }
    all.put("splitlines", StringLayout::splitLines);
    all.put("expandtabs", StringLayout::expandTabs);
    all.put("maketrans", (text, arguments, budget) -> makeTable(arguments, budget));
    all.put("translate", StringLayout::translate);
  }

  private static Object strip(String name, String text, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly(name, 0, 1);
    boolean isGiven = values.length == 1 && values[0] != None.NONE;
    String chars = isGiven ? StringMethods.string(values[0], name) : null;
    budget.text(text.length());
    if (isGiven) {
      budget.spend(chars.length());
    }
    return PyText.strip(text, chars, !name.equals("rstrip"), !name.equals("lstrip"));
  }

  private static Object splitLines(String text, Arguments arguments, Budget budget) {
    boolean keepEnds = arguments.bind("splitlines", 0, "keepends").number(0, 0) != 0;
    budget.text(text.length());
    List<Object> lines = PyText.splitLines(text, keepEnds);
    budget.elements(lines.size());
    return lines;
  }

  private static Object justify(String name, String text, Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly(name, 1, name.equals("zfill") ? 1 : 2);
    long width = Numbers.requireIndex(values[0]);
    String fill = values.length == 2 ? StringMethods.string(values[1], name) : " ";
    if (fill.isEmpty() || fill.codePointCount(0, fill.length()) != 1) {
      throw TemplateException.runtime("str." + name + ": expected one fill character");
    }
    long missing = width - Sequences.length(text, budget);
    if (missing <= 0) {
      return text;
    }
    budget.text(Math.min(missing, Integer.MAX_VALUE) + text.length());
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
        yield text.substring(0, sign) + "0".repeat(count) + text.substring(sign);
      }
    };
  }

  private static Object expandTabs(String text, Arguments arguments, Budget budget) {
    long size = arguments.bind("expandtabs", 0, "tabsize").number(0, 8);
    StringBuilder out = new StringBuilder();
    long column = 0;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c == '\t') {
        long missing = size > 0 ? size - column % size : 0;
        budget.scan(missing);
        budget.requireText(out.length() + missing);
        out.append(" ".repeat((int) missing));
        column += missing;
      } else {
        out.appendCodePoint(c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    budget.text(out.length());
    return out.toString();
  }

  /** {@code str.maketrans}: a dict from code points to code points, strings or None. */
  private static Object makeTable(Arguments arguments, Budget budget) {
    Object[] values = arguments.positionalOnly("maketrans", 1, 3);
    Map<Object, Object> table = new LinkedHashMap<>();
    if (values.length == 1) {
      if (!(values[0] instanceof Map<?, ?> map)) {
        throw TemplateException.runtime("str.maketrans: expected a dict");
      }
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        Object key = Dicts.original(entry.getKey());
        Dicts.put(table, key instanceof String text ? single(text) : key, entry.getValue(), budget);
      }
      return table;
    }
    int[] from = StringMethods.string(values[0], "maketrans").codePoints().toArray();
    int[] to = StringMethods.string(values[1], "maketrans").codePoints().toArray();
    if (from.length != to.length) {
      throw TemplateException.runtime("str.maketrans: expected two strings of equal length");
    }
    for (int i = 0; i < from.length; i++) {
      Dicts.put(table, (long) from[i], (long) to[i], budget);
      budget.step();
    }
    if (values.length == 3) {
      for (int c : StringMethods.string(values[2], "maketrans").codePoints().toArray()) {
        Dicts.put(table, (long) c, None.NONE, budget);
        budget.step();
      }
    }
    return table;
  }

  private static Object single(String text) {
    if (text.isEmpty() || text.codePointCount(0, text.length()) != 1) {
      throw TemplateException.runtime("str.maketrans: expected keys of one character");
    }
    return (long) text.codePointAt(0);
  }

  private static Object translate(String text, Arguments arguments, Budget budget) {
    Object table = arguments.positionalOnly("translate", 1, 1)[0];
    budget.spend(text.length() / 8);
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      Object found =
          table instanceof Map<?, ?> map
              ? Dicts.get(map, (long) c, budget)
              : Sequences.element(table, c, budget);
      if (found == null) {
        out.appendCodePoint(c);
      } else if (found instanceof Long codePoint
          && Character.isValidCodePoint(codePoint.intValue())) {
        out.appendCodePoint(codePoint.intValue());
      } else if (found != None.NONE) {
        out.append(StringMethods.string(found, "translate"));
      }
      budget.requireText(out.length());
    }
    budget.scan(out.length());
    return out.toString();
  }
}
