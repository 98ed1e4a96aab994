package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Filters that escape, and that make HTML. */
final class HtmlFilters {
  private static final Pattern ATTRIBUTE_END = Pattern.compile("[\\s/>=]");
  private static final Pattern SCHEME = Pattern.compile("[\\w.+-]{2,60}:/{0,2}");

  private HtmlFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("safe", HtmlFilters::safe);
    all.put("escape", HtmlFilters::escape);
    all.put("e", HtmlFilters::escape);
    all.put("forceescape", HtmlFilters::forceEscape);
    all.put("striptags", HtmlFilters::stripTags);
    all.put("xmlattr", HtmlFilters::attributes);
    all.put("urlize", HtmlFilters::urlize);
  }

  private static Object safe(Object value, Arguments arguments, Budget budget) {
    arguments.bind("safe", 0);
    return value instanceof Markup ? value : new Markup(PyFormat.str(value, budget));
  }

  private static Object escape(Object value, Arguments arguments, Budget budget) {
    arguments.bind("escape", 0);
    return Markup.escape(value, budget);
  }

  private static Object forceEscape(Object value, Arguments arguments, Budget budget) {
    arguments.bind("forceescape", 0);
    return Markup.escapeText(PyFormat.str(value, budget), budget);
  }

  private static Object stripTags(Object value, Arguments arguments, Budget budget) {
    arguments.bind("striptags", 0);
    return Html.stripTags(PyFormat.str(value, budget), budget);
  }

  private static Object attributes(Object value, Arguments arguments, Budget budget) {
    boolean hasSpace = arguments.bind("xmlattr", 0, "autospace").flag(0, true);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw TemplateException.runtime("xmlattr: expected a dict, got " + PyFormat.typeName(value));
    }
    List<String> parts = new ArrayList<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      budget.step();
      if (entry.getValue() != None.NONE && !(entry.getValue() instanceof Undefined)) {
        if (!(entry.getKey() instanceof String key) || ATTRIBUTE_END.matcher(key).find()) {
          throw TemplateException.runtime("xmlattr: not the name of an attribute");
        }
        String text = Markup.escape(entry.getValue(), budget).text();
        parts.add(Markup.escapeText(key, budget).text() + "=\"" + text + "\"");
      }
    }
    String joined = String.join(" ", parts);
    budget.text(joined.length());
    return hasSpace && !joined.isEmpty() ? " " + joined : joined;
  }

  private static Object urlize(Object value, Arguments arguments, Budget budget) {
    Arguments.Bound bound =
        arguments.bind("urlize", 0, "trim_url_limit", "nofollow", "target", "rel", "extra_schemes");
    TreeSet<String> rel = new TreeSet<>(List.of("noopener"));
    String given = bound.isGiven(3) ? PyFormat.str(bound.get(3), budget) : "";
    Arrays.stream(given.split("\\s+")).filter(word -> !word.isEmpty()).forEach(rel::add);
    if (bound.flag(1, false)) {
      rel.add("nofollow");
    }
    List<String> schemes = new ArrayList<>();
    for (Object scheme : bound.isGiven(4) ? Sequences.list(bound.get(4), budget) : List.of()) {
      String text = StringMethods.string(scheme, "urlize");
      if (!SCHEME.matcher(text).matches()) {
        throw TemplateException.runtime("urlize: not a URI scheme: " + PyFormat.cut(text));
      }
      schemes.add(text);
    }
    String relation = " rel=\"" + Markup.escapeText(String.join(" ", rel), budget).text() + "\"";
    String target =
        bound.isGiven(2) ? " target=\"" + Markup.escape(bound.get(2), budget).text() + "\"" : "";
    long limit = bound.isGiven(0) ? Numbers.requireIndex(bound.get(0)) : Long.MAX_VALUE;
    return new Urlizer(limit, relation, target, schemes, budget)
        .apply(Markup.escape(value, budget).text());
  }
}
