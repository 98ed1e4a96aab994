package dev.fovea.text.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters whose result is text. */
final class TextFilters {
  private static final Pattern WORD_BEGINNING =
      Pattern.compile("[-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    for (String name : List.of("upper", "lower", "capitalize")) {
      all.put(
          name,
          (value, arguments, budget) -> {
            arguments.bind(name, 0);
            return method(value, name, Arguments.NONE, budget);
          });
    }
    all.put("title", TextFilters::title);
    all.put("string", TextFilters::string);
    all.put("trim", TextFilters::trim);
    all.put("replace", TextFilters::replace);
    all.put("center", TextFilters::center);
    all.put("format", TextFilters::format);
    all.put("urlencode", TextFilters::urlEncode);
    all.put("wordcount", TextFilters::wordCount);
    all.put("tojson", TextFilters::toJson);
    all.put("pprint", TextFilters::pprint);
  }

  /** What a method of {@code str} gives for the text of a value; escaped text stays escaped. */
  private static Object method(Object value, String name, Arguments arguments, Budget budget) {
    TemplateFunction method =
        value instanceof Markup markup
            ? StringMethods.method(markup, name, budget)
            : StringMethods.method(PyFormat.str(value, budget), name, budget);
    return method.call(arguments);
  }

  private static Object string(Object value, Arguments arguments, Budget budget) {
    arguments.bind("string", 0);
    return value instanceof Markup ? value : PyFormat.str(value, budget);
  }

  private static Object title(Object value, Arguments arguments, Budget budget) {
    arguments.bind("title", 0);
    String text = PyFormat.str(value, budget);
    budget.scan(text.length() * 4L);
    StringBuilder out = new StringBuilder(text.length());
    Matcher beginning = WORD_BEGINNING.matcher(text);
    int at = 0;
    while (beginning.find()) {
      appendWord(text.substring(at, beginning.start()), out);
      out.append(beginning.group());
      at = beginning.end();
    }
    appendWord(text.substring(at), out);
    budget.requireText(out.length());
    // Its parts are joined by a plain string.
    return out.toString();
  }

  private static void appendWord(String word, StringBuilder out) {
    if (!word.isEmpty()) {
      int first = Character.charCount(word.codePointAt(0));
      out.append(PyCase.upper(word.substring(0, first)));
      out.append(PyCase.lower(word.substring(first)));
    }
  }

  private static Object trim(Object value, Arguments arguments, Budget budget) {
    Object chars = arguments.bind("trim", 0, "chars").or(0, None.NONE);
    return method(value, "strip", new Arguments(List.of(chars), Map.of()), budget);
  }

  private static Object replace(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound = arguments.bind("replace", 2, "old", "new", "count");
    return PyText.replace(
        PyFormat.str(value, budget),
        PyFormat.str(bound.get(0), budget),
        PyFormat.str(bound.get(1), budget),
        bound.isGiven(2) ? Numbers.requireIndex(bound.get(2)) : -1,
        budget);
  }

  private static Object center(Object value, Arguments arguments, Budget budget) {
    Object width = arguments.bind("center", 0, "width").or(0, 80L);
    return method(value, "center", new Arguments(List.of(width), Map.of()), budget);
  }

  private static Object format(Object value, Arguments arguments, Budget budget) {
    if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
      throw TemplateException.runtime("format: positional and keyword arguments mixed");
    }
    Object operand =
        arguments.named().isEmpty() ? Tuple.of(arguments.positional()) : arguments.named();
    Object format = value instanceof Markup ? value : PyFormat.str(value, budget);
    return Arithmetic.binary("%", format, operand, budget);
  }

  private static Object urlEncode(Object value, Arguments arguments, Budget budget) {
    arguments.bind("urlencode", 0);
    if (Markup.textOf(value) != null || !Sequences.isIterable(value)) {
      return quoted(value, false, budget);
    }
    List<String> parts = new ArrayList<>();
    Object pairs = value instanceof Map<?, ?> map ? new DictView(DictView.Kind.ITEMS, map) : value;
    for (Object pair : Sequences.list(pairs, budget)) {
      List<Object> items = Sequences.list(pair, budget);
      if (items.size() != 2) {
        throw TemplateException.runtime("urlencode: expected pairs");
      }
      parts.add(quoted(items.get(0), true, budget) + "=" + quoted(items.get(1), true, budget));
    }
    return String.join("&", parts);
  }

  private static String quoted(Object value, boolean isQuery, Budget budget) {
    byte[] bytes =
        value instanceof Bytes given
            ? given.content()
            : PyFormat.str(value, budget).getBytes(StandardCharsets.UTF_8);
    budget.text(bytes.length * 3L);
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      char c = (char) (b & 0xff);
      boolean isAlphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (isAlphanumeric || "_.-~".indexOf(c) >= 0 || (c == '/' && !isQuery)) {
        out.append(c);
      } else if (c == ' ' && isQuery) {
        out.append('+');
      } else {
        out.append('%').append(java.util.HexFormat.of().withUpperCase().toHexDigits(b));
      }
    }
    return out.toString();
  }

  private static Object wordCount(Object value, Arguments arguments, Budget budget) {
    arguments.bind("wordcount", 0);
    String text = PyFormat.str(value, budget);
    budget.scan(text.length() * 4L);
    return WORD.matcher(text).results().count();
  }

  private static Object toJson(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    String level = Markup.textOf(bound.orNull(1));
    if (bound.isGiven(1) && level == null) {
      long width = Math.max(0, Numbers.requireIndex(bound.get(1)));
      budget.text(width);
      level = " ".repeat((int) width);
    }
    String itemSeparator = level == null ? ", " : ",";
    String keySeparator = ": ";
    if (bound.isGiven(2)) {
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

  private static Object pprint(Object value, Arguments arguments, Budget budget) {
    arguments.bind("pprint", 0);
    return PrettyPrint.format(value, budget);
  }
}
