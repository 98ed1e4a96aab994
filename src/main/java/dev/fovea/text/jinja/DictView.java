package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.Map;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict answer. */
record DictView(Kind kind, Map<?, ?> dict) {
  enum Kind {
    KEYS("dict_keys"),
    VALUES("dict_values"),
    ITEMS("dict_items");

    final String pythonName;

    Kind(String pythonName) {
      this.pythonName = pythonName;
    }
  }

  @SuppressWarnings("unchecked")
  Iterator<Object> iterator() {
    return switch (kind) {
      case KEYS -> Dicts.keys(dict);
      case VALUES -> (Iterator<Object>) dict.values().iterator();
      case ITEMS -> Dicts.pairs(dict);
    };
  }

  /** An attribute of the type, or null. */
  Object attribute(String name, Budget budget) {
    if (!name.equals("isdisjoint") || kind == Kind.VALUES) {
      return null;
    }
    return new TemplateFunction(
        name,
        arguments -> {
          Object others = arguments.positionalOnly(name, 1, 1)[0];
          for (Object other : Sequences.list(others, budget)) {
            if (Comparison.contains(this, other, budget)) {
              return false;
            }
          }
          return true;
        });
  }
}
