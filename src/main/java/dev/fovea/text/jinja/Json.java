package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, as transformers' {@code tojson} calls it. */
final class Json {
  /**
   * Layout of the output.
   *
   * @param indent text of one level, or null for a single line
   */
  record Style(
      boolean isAscii,
      String indent,
      String itemSeparator,
      String keySeparator,
      boolean isSorted) {}

  private final StringBuilder out = new StringBuilder();
  private final Style style;
  private final Budget budget;
  private int depth;

  private Json(Style style, Budget budget) {
    this.style = style;
    this.budget = budget;
  }

  static String dumps(Object value, Style style, Budget budget) {
    Json json = new Json(style, budget);
    json.append(value);
    budget.text(json.out.length());
    return json.out.toString();
  }

  private void append(Object value) {
    budget.step();
    budget.enter();
    depth++;
    if (value == None.NONE || Numbers.of(value) != null) {
      out.append(scalar(value));
    } else if (value instanceof String text) {
      appendString(text);
    } else if (value instanceof Markup markup) {
      appendString(markup.text());
    } else if (value instanceof List<?> list) {
      appendList(list);
    } else if (value instanceof Tuple tuple) {
      appendList(tuple.items());
    } else if (value instanceof Map<?, ?> map) {
      appendDict(map);
    } else {
      throw TemplateException.runtime(
          "tojson: object of type " + PyFormat.typeName(value) + " is not JSON serializable");
    }
    depth--;
    budget.leave();
    budget.requireText(out.length());
  }

  private static String scalar(Object value) {
    if (value == None.NONE) {
      return "null";
    }
    if (value instanceof Double number) {
      if (number.isNaN()) {
        return "NaN";
      }
      if (number.isInfinite()) {
        return number > 0 ? "Infinity" : "-Infinity";
      }
      return PyFormat.floatRepr(number);
    }
    return value instanceof Boolean ? value.toString() : Numbers.decimalDigits((Number) value);
  }

  private void appendList(List<?> list) {
    if (list.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    Iterator<?> items = list.iterator();
    while (items.hasNext()) {
      newLine(depth);
      append(items.next());
      out.append(items.hasNext() ? style.itemSeparator() : "");
    }
    newLine(depth - 1);
    out.append(']');
  }

  private void appendDict(Map<?, ?> map) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
    if (style.isSorted()) {
      entries.sort((a, b) -> compareKeys(a.getKey(), b.getKey()));
    }
    out.append('{');
    Iterator<Map.Entry<?, ?>> iterator = entries.iterator();
    while (iterator.hasNext()) {
      Map.Entry<?, ?> entry = iterator.next();
      newLine(depth);
      appendString(key(Dicts.original(entry.getKey())));
      out.append(style.keySeparator());
      append(entry.getValue());
      out.append(iterator.hasNext() ? style.itemSeparator() : "");
    }
    newLine(depth - 1);
    out.append('}');
  }

  private int compareKeys(Object a, Object b) {
    return Comparison.compare(Dicts.original(a), Dicts.original(b), budget);
  }

  private static String key(Object key) {
    if (key instanceof String text) {
      return text;
    }
    if (key == None.NONE || Numbers.of(key) != null) {
      return scalar(key);
    }
    throw TemplateException.runtime(
        "tojson: expected keys that are strings, numbers or None, got " + PyFormat.typeName(key));
  }

  private void newLine(int level) {
    if (style.indent() != null) {
      budget.repeated(style.indent().length(), level);
      budget.requireText((long) out.length() + (long) style.indent().length() * level);
      out.append('\n').append(style.indent().repeat(level));
    }
  }

  private void appendString(String text) {
    budget.text(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c < 0x20 || (style.isAscii() && c > 0x7e)) {
            out.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
