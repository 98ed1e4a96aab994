package dev.fovea.text.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters whose result is text. */
final class TextFilters {
  private static final Pattern WORD_BEGINNING =
      Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("upper", mapping("upper", PyText::upper));
    all.put("lower", mapping("lower", PyText::lower));
    all.put("title", mapping("title", TextFilters::title));
    all.put("capitalize", mapping("capitalize", PyText::capitalize));
    all.put("string", mapping("string", text -> text));
    all.put("trim", TextFilters::trim);
    all.put("replace", TextFilters::replace);
    all.put("indent", TextFilters::indent);
    all.put("center", TextFilters::center);
    all.put("format", TextFilters::format);
    all.put("safe", TextFilters::safe);
    all.put("escape", TextFilters::escape);
    all.put("e", TextFilters::escape);
    all.put("urlencode", TextFilters::urlEncode);
    all.put("wordcount", TextFilters::wordCount);
    all.put("tojson", TextFilters::toJson);
  }

  /** A filter without arguments that keeps escaped text marked as such. */
  private static Filters.Filter mapping(String name, UnaryOperator<String> operation) {
    return (value, arguments, budget) -> {
      arguments.bind(name, 0);
      String text = operation.apply(PyFormat.str(value, budget));
      budget.text(text.length());
      return value instanceof Markup ? new Markup(text) : text;
    };
  }

  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    Matcher beginning = WORD_BEGINNING.matcher(text);
    int at = 0;
    while (beginning.find()) {
      appendWord(text.substring(at, beginning.start()), out);
      out.append(beginning.group());
      at = beginning.end();
    }
    appendWord(text.substring(at), out);
    return out.toString();
  }

  private static void appendWord(String word, StringBuilder out) {
    if (!word.isEmpty()) {
      int first = Character.charCount(word.codePointAt(0));
      out.append(PyText.upper(word.substring(0, first)));
      out.append(PyText.lower(word.substring(first)));
    }
  }

  private static Object trim(Object value, Arguments arguments, Budget budget) {
    Object chars = arguments.bind("trim", 0, "chars").or(0, null);
    if (chars != null && !(chars instanceof String)) {
      throw TemplateException.runtime(
          "trim: expected a string of characters, got " + PyFormat.typeName(chars));
    }
    String text = PyFormat.str(value, budget);
    long numChars = chars == null ? 1 : ((String) chars).length();
    budget.spend(1 + text.length() / 64 + Math.min(numChars, text.length()) * numChars / 64);
    String trimmed = PyText.strip(text, (String) chars, true, true);
    return value instanceof Markup ? new Markup(trimmed) : trimmed;
  }

  private static Object replace(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
    long max = bound.or(2, null) == null ? -1 : Numbers.requireIndex(bound.get(2));
    return PyText.replace(
        PyFormat.str(value, budget),
        PyFormat.str(bound.get(0), budget),
        PyFormat.str(bound.get(1), budget),
        max,
        budget);
  }

  private static Object indent(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("indent", 0, "width", "first", "blank");
    if (!(value instanceof String text)) {
      if (value instanceof Markup) {
        throw TemplateException.unsupported("indent of escaped text");
      }
      throw TemplateException.runtime("indent: expected a string, got " + PyFormat.typeName(value));
    }
    String indention;
    if (bound.or(0, 4L) instanceof String given) {
      indention = given;
    } else {
      long width = Math.max(0, bound.number(0, 4));
      budget.text(width);
      indention = " ".repeat((int) width);
    }
    boolean indentsBlank = bound.flag(2, false);
    // As in Jinja: a newline is added, so that the text's own last newline is kept.
    List<Object> lines = PyText.splitLines(text + "\n", false);
    StringBuilder out = new StringBuilder(bound.flag(1, false) ? indention : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      if (i > 0) {
        out.append('\n').append(indentsBlank || !line.isEmpty() ? indention : "");
      }
      out.append(line);
      budget.requireText(out.length());
    }
    budget.text(out.length());
    return out.toString();
  }

  private static Object center(Object value, Arguments arguments, Budget budget) {
    Object width = arguments.bind("center", 0, "width").or(0, 80L);
    String text = PyFormat.str(value, budget);
    Arguments one = new Arguments(List.of(width), Map.of());
    return StringMethods.method(text, "center", budget).call(one);
  }

  private static Object format(Object value, Arguments arguments, Budget budget) {
    if (value instanceof Markup) {
      throw TemplateException.unsupported("format of escaped text");
    }
    if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
      throw TemplateException.runtime("format: positional and keyword arguments mixed");
    }
    Object operand =
        arguments.named().isEmpty() ? Tuple.of(arguments.positional()) : arguments.named();
    return PercentFormat.apply(PyFormat.str(value, budget), operand, budget);
  }

  private static Object safe(Object value, Arguments arguments, Budget budget) {
    arguments.bind("safe", 0);
    return new Markup(PyFormat.str(value, budget));
  }

  private static Object escape(Object value, Arguments arguments, Budget budget) {
    arguments.bind("escape", 0);
    if (value instanceof Markup) {
      return value;
    }
    StringBuilder out = new StringBuilder();
    for (char c : PyFormat.str(value, budget).toCharArray()) {
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

  private static Object urlEncode(Object value, Arguments arguments, Budget budget) {
    arguments.bind("urlencode", 0);
    if (value instanceof String || value instanceof Markup || !Sequences.isIterable(value)) {
      return quoted(PyFormat.str(value, budget), false, budget);
    }
    Object pairs = value instanceof Map ? Members.attribute(value, "items", budget) : value;
    if (pairs instanceof TemplateFunction items) {
      pairs = items.call(Arguments.NONE);
    }
    List<String> parts = new ArrayList<>();
    for (Object pair : Sequences.list(pairs, budget)) {
      List<Object> items = Sequences.list(pair, budget);
      if (items.size() != 2) {
        throw TemplateException.runtime("urlencode: expected pairs");
      }
      parts.add(
          quoted(PyFormat.str(items.get(0), budget), true, budget)
              + "="
              + quoted(PyFormat.str(items.get(1), budget), true, budget));
    }
    return String.join("&", parts);
  }

  private static String quoted(String text, boolean isQuery, Budget budget) {
    budget.text(text.length() * 3L);
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean isAlphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (isAlphanumeric || "_.-~".indexOf(c) >= 0 || (c == '/' && !isQuery)) {
        out.append(c);
      } else if (c == ' ' && isQuery) {
        out.append('+');
      } else {
        out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      }
    }
    return out.toString();
  }

  private static Object wordCount(Object value, Arguments arguments, Budget budget) {
    arguments.bind("wordcount", 0);
    String text = PyFormat.str(value, budget);
    budget.text(text.length());
    return WORD.matcher(text).results().count();
  }

  private static Object toJson(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Object indent = bound.or(1, null);
    String level = null;
    if (indent instanceof String text) {
      level = text;
    } else if (indent != null) {
      long width = Math.max(0, Numbers.requireIndex(indent));
      budget.text(width);
      level = " ".repeat((int) width);
    }
    String itemSeparator = level == null ? ", " : ",";
    String keySeparator = ": ";
    if (bound.or(2, null) != null) {
      List<Object> separators = Sequences.list(bound.get(2), budget);
      if (separators.size() != 2
          || !(separators.get(0) instanceof String item)
          || !(separators.get(1) instanceof String key)) {
        throw TemplateException.runtime("tojson: expected two separators");
      }
      itemSeparator = item;
      keySeparator = key;
    }
    Json.Style style =
        new Json.Style(
            bound.flag(0, false), level, itemSeparator, keySeparator, bound.flag(3, false));
    return Json.dumps(value, style, budget);
  }
}
