package dev.fovea.text.jinja;

/** Text that is marked as escaped; what is joined to it is escaped first. */
record Markup(String text) {

  /** The characters of a string, marked or not, or null if the value is no string. */
  static String textOf(Object value) {
    return value instanceof String text
        ? text
        : value instanceof Markup marked ? marked.text : null;
  }

  /** {@code escape(value)}: what is marked stays as it is. */
  static Markup escape(Object value, Budget budget) {
    return value instanceof Markup marked
        ? marked
        : escapeText(PyFormat.str(value, budget), budget);
  }

  static Markup escapeText(String text, Budget budget) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '\'' -> out.append("&#39;");
        case '"' -> out.append("&#34;");
        default -> out.append(c);
      }
    }
    budget.text(out.length());
    return new Markup(out.toString());
  }
}
