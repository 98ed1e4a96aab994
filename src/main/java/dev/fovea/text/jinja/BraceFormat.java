package dev.fovea.text.jinja;

/** {@code str.format} for plain fields: by position, by index, by name, with !s or !r. */
final class BraceFormat {
  private BraceFormat() {}

  static String apply(String format, Arguments arguments, Budget budget) {
    StringBuilder out = new StringBuilder();
    int numAutomatic = 0;
    boolean sawIndex = false;
    for (int at = 0; at < format.length(); at++) {
      char c = format.charAt(at);
      boolean isDoubled = at + 1 < format.length() && format.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && isDoubled) {
        out.append(c);
        at++;
      } else if (c == '}') {
        throw TemplateException.runtime("format: single '}' in the format string");
      } else if (c == '{') {
        int close = format.indexOf('}', at);
        if (close < 0) {
          throw TemplateException.runtime("format: single '{' in the format string");
        }
        String field = format.substring(at + 1, close);
        boolean isAutomatic = field.isEmpty() || field.startsWith("!");
        sawIndex |= !isAutomatic && Character.isDigit(field.charAt(0));
        numAutomatic += isAutomatic ? 1 : 0;
        if (sawIndex && numAutomatic > 0) {
          throw TemplateException.runtime("format: cannot mix automatic and manual numbering");
        }
        out.append(field(isAutomatic ? numAutomatic - 1 + field : field, arguments, budget));
        at = close;
      } else {
        out.append(c);
      }
      budget.requireText(out.length());
    }
    budget.text(out.length());
    return out.toString();
  }

  private static String field(String field, Arguments arguments, Budget budget) {
    String name = field;
    boolean isRepr = field.endsWith("!r");
    if (isRepr || field.endsWith("!s")) {
      name = field.substring(0, field.length() - 2);
    }
    if (!name.matches("[A-Za-z0-9_]+")) {
      throw TemplateException.unsupported("format field '{" + field + "}'");
    }
    Object value;
    if (name.matches("[0-9]{1,6}")) {
      int index = Integer.parseInt(name);
      if (index >= arguments.positional().size()) {
        throw TemplateException.runtime("format: no argument " + index);
      }
      value = arguments.positional().get(index);
    } else {
      if (!arguments.named().containsKey(name)) {
        throw TemplateException.runtime("format: no argument '" + name + "'");
      }
      value = arguments.named().get(name);
    }
    return isRepr ? PyFormat.repr(value, budget) : PyFormat.str(value, budget);
  }
}
