package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of {@code str} by name, and what escaped text makes of them. */
final class StringMethods {
  /** One method; {@code text} is what it is called on. */
  interface Method {
    Object call(String text, Arguments arguments, Budget budget);
  }

  private static final Map<String, Method> ALL = collect();

  /** Methods of escaped text that escape their arguments and give escaped text back. */
  private static final Set<String> ESCAPING =
      Set.of(
          "capitalize",
          "center",
          "expandtabs",
          "ljust",
          "lower",
          "lstrip",
          "partition",
          "replace",
          "rjust",
          "rpartition",
          "rstrip",
          "strip",
          "swapcase",
          "title",
          "translate",
          "upper",
          "zfill");

  /** Methods of escaped text that give escaped text back. */
  private static final Set<String> KEEPING = Set.of("split", "rsplit", "splitlines");

  private StringMethods() {}

  private static Map<String, Method> collect() {
    Map<String, Method> all = new HashMap<>();
    plain(all, "upper", PyCase::upper);
    plain(all, "lower", PyCase::lower);
    plain(all, "title", PyCase::title);
    plain(all, "capitalize", PyCase::capitalize);
    plain(all, "swapcase", PyCase::swapCase);
    plain(all, "casefold", PyCase::fold);
    PyCharacters.TESTS.forEach((name, test) -> plain(all, name, test::test));
    StringSearch.addTo(all);
    StringLayout.addTo(all);
    all.put("format", (text, arguments, budget) -> format(text, arguments, false, budget));
    all.put("format_map", (text, arguments, budget) -> formatMap(text, arguments, false, budget));
    all.put("join", StringMethods::join);
    all.put(
        "encode",
        (text, arguments, budget) ->
            Bytes.encode(text, arguments.bind("encode", 0, "encoding", "errors"), budget));
    return Map.copyOf(all);
  }

  private interface Plain {
    Object of(String text);
  }

  /** A method without arguments whose work grows with the text. */
  private static void plain(Map<String, Method> all, String name, Plain operation) {
    all.put(
        name,
        (text, arguments, budget) -> {
          arguments.positionalOnly(name, 0, 0);
          // Some letters become three.
          budget.scan(text.length() * 4L);
          Object result = operation.of(text);
          if (result instanceof String made) {
            budget.requireText(made.length());
          }
          return result;
        });
  }

  /** Calls a method by name; it is there. */
  static Object call(String name, String text, Arguments arguments, Budget budget) {
    return ALL.get(name).call(text, arguments, budget);
  }

  /** The bound method, or null if {@code str} has none of that name. */
  static TemplateFunction method(String text, String name, Budget budget) {
    Method method = ALL.get(name);
    return method == null
        ? null
        : new TemplateFunction(name, arguments -> method.call(text, arguments, budget));
  }

  /** As {@link #method(String, String, Budget)}, of escaped text. */
  static TemplateFunction method(Markup markup, String name, Budget budget) {
    String text = markup.text();
    return switch (name) {
      case "join" -> new TemplateFunction(name, arguments -> joinEscaped(text, arguments, budget));
      case "format" ->
          new TemplateFunction(
              name, arguments -> new Markup(format(text, arguments, true, budget)));
      case "format_map" ->
          new TemplateFunction(
              name, arguments -> new Markup(formatMap(text, arguments, true, budget)));
      case "escape" ->
          new TemplateFunction(
              name, arguments -> Markup.escape(arguments.positionalOnly(name, 1, 1)[0], budget));
      case "unescape", "striptags" ->
          new TemplateFunction(
              name,
              arguments -> {
                arguments.positionalOnly(name, 0, 0);
                return name.equals("unescape")
                    ? Html.unescape(text, budget)
                    : Html.stripTags(text, budget);
              });
      default -> inherited(text, name, budget);
    };
  }

  private static TemplateFunction inherited(String text, String name, Budget budget) {
    Method method = ALL.get(name);
    if (method == null) {
      return null;
    }
    boolean isEscaping = ESCAPING.contains(name);
    return new TemplateFunction(
        name,
        arguments -> {
          Arguments given = isEscaping ? escaped(arguments, budget) : arguments;
          Object result = method.call(text, given, budget);
          return isEscaping || KEEPING.contains(name) ? marked(result) : result;
        });
  }

  private static Arguments escaped(Arguments arguments, Budget budget) {
    List<Object> positional = new ArrayList<>();
    arguments.positional().forEach(value -> positional.add(escaped(value, budget)));
    Map<String, Object> named = new LinkedHashMap<>();
    arguments.named().forEach((name, value) -> named.put(name, escaped(value, budget)));
    return new Arguments(positional, named);
  }

  private static Object escaped(Object value, Budget budget) {
    return value instanceof String ? Markup.escape(value, budget) : value;
  }

  private static Object marked(Object value) {
    if (value instanceof String text) {
      return new Markup(text);
    }
    if (value instanceof Tuple tuple) {
      return Tuple.of(tuple.items().stream().map(StringMethods::marked).toList());
    }
    List<Object> result = new ArrayList<>();
    ((List<?>) value).forEach(item -> result.add(marked(item)));
    return result;
  }

  /** An argument that has to be a string. */
  static String string(Object value, String name) {
    String text = Markup.textOf(value);
    if (text != null) {
      return text;
    }
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw TemplateException.runtime(
        "str." + name + ": expected a string, got " + PyFormat.typeName(value));
  }

  private static String format(String text, Arguments arguments, boolean escapes, Budget budget) {
    return BraceFormat.apply(text, new BraceFormat.Fields(arguments, null, escapes), budget);
  }

  private static String formatMap(
      String text, Arguments arguments, boolean escapes, Budget budget) {
    if (!(arguments.positionalOnly("format_map", 1, 1)[0] instanceof Map<?, ?> mapping)) {
      throw TemplateException.runtime("str.format_map: expected a mapping");
    }
    return BraceFormat.apply(
        text, new BraceFormat.Fields(Arguments.NONE, mapping, escapes), budget);
  }

  private static Object join(String text, Arguments arguments, Budget budget) {
    List<Object> items = Sequences.list(arguments.positionalOnly("join", 1, 1)[0], budget);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      String item = string(items.get(i), "join");
      budget.requireText((long) out.length() + text.length() + item.length());
      out.append(i == 0 ? "" : text).append(item);
    }
    budget.scan(out.length());
    return out.toString();
  }

  private static Markup joinEscaped(String text, Arguments arguments, Budget budget) {
    List<Object> items = Sequences.list(arguments.positionalOnly("join", 1, 1)[0], budget);
    items.replaceAll(item -> Markup.escape(item, budget));
    return new Markup((String) join(text, new Arguments(List.of(items), Map.of()), budget));
  }
}
