package dev.fovea.text.jinja;

import java.util.Map;

/** {@code str.format}; attributes and items of fields are reached as a template reaches them. */
final class BraceFormat {
  private static final int MAX_NESTING = 2;

  /** What fields are looked up in, and whether what they give is escaped first. */
  record Fields(Arguments arguments, Map<?, ?> mapping, boolean escapes) {}

  private final Fields fields;
  private final Budget budget;
  private int numAutomatic;
  private boolean sawIndex;

  private BraceFormat(Fields fields, Budget budget) {
    this.fields = fields;
    this.budget = budget;
  }

  static String apply(String format, Fields fields, Budget budget) {
    return new BraceFormat(fields, budget).run(format, MAX_NESTING);
  }

  private String run(String format, int nesting) {
    if (nesting == 0) {
      throw TemplateException.runtime("format: fields nested too deeply");
    }
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at);
      boolean isDoubled = at + 1 < format.length() && format.charAt(at + 1) == c;
      if (c != '{' && c != '}') {
        out.append(c);
        at++;
      } else if (isDoubled) {
        out.append(c);
        at += 2;
      } else if (c == '}') {
        throw TemplateException.runtime("format: single '}' in the format string");
      } else {
        int close = close(format, at + 1);
        out.append(field(format.substring(at + 1, close), nesting));
        budget.requireText(out.length());
        at = close + 1;
      }
    }
    budget.text(out.length());
    return out.toString();
  }

  /** Where the field that begins at {@code from} ends, nested fields of its specification apart. */
  private static int close(String format, int from) {
    int depth = 1;
    for (int at = from; at < format.length(); at++) {
      char c = format.charAt(at);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0) {
        return at;
      }
    }
    throw TemplateException.runtime("format: expected '}' before the end of the string");
  }

  private String field(String field, int nesting) {
    budget.step();
    int end = 0;
    boolean inBrackets = false;
    while (end < field.length() && (inBrackets || ":!".indexOf(field.charAt(end)) < 0)) {
      char c = field.charAt(end++);
      inBrackets = c == '[' || (inBrackets && c != ']');
    }
    Object value = value(field.substring(0, end));
    if (end < field.length() && field.charAt(end) == '!') {
      boolean isWhole = end + 2 == field.length() || field.startsWith(":", end + 2);
      if (end + 1 >= field.length() || !isWhole) {
        throw TemplateException.runtime("format: expected ':' after a conversion");
      }
      value = converted(value, field.charAt(end + 1));
      end += 2;
    }
    String spec = end < field.length() ? run(field.substring(end + 1), nesting - 1) : "";
    return formatted(value, spec);
  }

  private Object converted(Object value, char conversion) {
    return switch (conversion) {
      case 's' -> PyFormat.str(value, budget);
      case 'r' -> PyFormat.repr(value, budget);
      case 'a' -> PyFormat.ascii(value, budget);
      default -> throw TemplateException.runtime("format: unknown conversion");
    };
  }

  private String formatted(Object value, String spec) {
    if (!fields.escapes()) {
      return FormatSpec.apply(value, spec, budget);
    }
    if (value instanceof Markup && !spec.isEmpty()) {
      throw TemplateException.runtime("format: escaped text takes no format specifier");
    }
    return value instanceof Markup marked
        ? marked.text()
        : Markup.escapeText(FormatSpec.apply(value, spec, budget), budget).text();
  }

  private Object value(String path) {
    int end = 0;
    while (end < path.length() && ".[".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    Object value = first(path.substring(0, end), path.isEmpty());
    while (end < path.length()) {
      budget.step();
      if (path.charAt(end) == '.') {
        int from = end + 1;
        end = from;
        while (end < path.length() && ".[".indexOf(path.charAt(end)) < 0) {
          end++;
        }
        value = Members.attribute(value, required(path.substring(from, end)), budget);
      } else {
        int close = path.indexOf(']', end);
        boolean isWhole =
            close + 1 == path.length() || (close > 0 && ".[".indexOf(path.charAt(close + 1)) >= 0);
        if (path.charAt(end) != '[' || close < 0 || !isWhole) {
          throw TemplateException.runtime("format: unexpected text in a field name");
        }
        String key = required(path.substring(end + 1, close));
        value = Members.item(value, isIndex(key) ? (Object) Long.parseLong(key) : key, budget);
        end = close + 1;
      }
    }
    return value;
  }

  private static String required(String name) {
    if (name.isEmpty()) {
      throw TemplateException.runtime("format: empty attribute in a field name");
    }
    return name;
  }

  private static boolean isIndex(String text) {
    return !text.isEmpty()
        && text.length() < 10
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private Object first(String name, boolean isAutomatic) {
    boolean isIndex = isAutomatic || isIndex(name);
    sawIndex |= isIndex && !isAutomatic;
    numAutomatic += isAutomatic ? 1 : 0;
    if (sawIndex && numAutomatic > 0) {
      throw TemplateException.runtime("format: cannot mix automatic and manual numbering");
    }
    Object value = null;
    if (isIndex) {
      int index = isAutomatic ? numAutomatic - 1 : Integer.parseInt(name);
      value =
          index < fields.arguments().positional().size()
              ? fields.arguments().positional().get(index)
              : null;
    } else {
      value =
          fields.mapping() != null
              ? Dicts.get(fields.mapping(), name, budget)
              : fields.arguments().named().get(name);
    }
    if (value == null) {
      throw TemplateException.runtime("format: no argument '" + PyFormat.cut(name) + "'");
    }
    return value;
  }
}
