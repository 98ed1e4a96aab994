package dev.fovea.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** The filters by name. */
final class Filters {
  /** One filter. */
  interface Filter {
    Object apply(Object value, Arguments arguments, Budget budget);
  }

  private static final Map<String, Filter> ALL = collect();

  private Filters() {}

  private static Map<String, Filter> collect() {
    Map<String, Filter> all = new HashMap<>();
    TextFilters.addTo(all);
    WrapFilters.addTo(all);
    HtmlFilters.addTo(all);
    NumberFilters.addTo(all);
    SequenceFilters.addTo(all);
    SelectionFilters.addTo(all);
    SortFilters.addTo(all);
    return Map.copyOf(all);
  }

  static Object apply(String name, Object value, Arguments arguments, Budget budget) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw TemplateException.runtime("no filter named '" + PyFormat.cut(name) + "'");
    }
    return filter.apply(value, arguments, budget);
  }

  static boolean isKnown(String name) {
    return ALL.containsKey(name);
  }
}
