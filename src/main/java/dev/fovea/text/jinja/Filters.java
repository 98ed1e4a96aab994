package dev.fovea.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The filters by name. */
final class Filters {
  /** One filter. */
  interface Filter {
    Object apply(Object value, Arguments arguments, Budget budget);
  }

  private static final Map<String, Filter> ALL = collect();
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "attr",
          "filesizeformat",
          "forceescape",
          "pprint",
          "random",
          "striptags",
          "truncate",
          "urlize",
          "wordwrap",
          "xmlattr");

  private Filters() {}

  private static Map<String, Filter> collect() {
    Map<String, Filter> all = new HashMap<>();
    TextFilters.addTo(all);
    NumberFilters.addTo(all);
    SequenceFilters.addTo(all);
    SelectionFilters.addTo(all);
    SortFilters.addTo(all);
    return Map.copyOf(all);
  }

  static Object apply(String name, Object value, Arguments arguments, Budget budget) {
    Filter filter = ALL.get(name);
    if (filter != null) {
      return filter.apply(value, arguments, budget);
    }
    if (UNSUPPORTED.contains(name)) {
      throw TemplateException.unsupported("filter '" + name + "'");
    }
    throw TemplateException.runtime("no filter named '" + name + "'");
  }

  /** Whether Jinja has a filter of that name, built here or not. */
  static boolean isKnown(String name) {
    return ALL.containsKey(name) || UNSUPPORTED.contains(name);
  }
}
