package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.Map;

/** What {@code keys()}, {@code values()} and {@code items()} of a dict answer. */
record DictView(Kind kind, Map<Object, Object> dict) {
  enum Kind {
    KEYS("dict_keys"),
    VALUES("dict_values"),
    ITEMS("dict_items");

    final String pythonName;

    Kind(String pythonName) {
      this.pythonName = pythonName;
    }
  }

  Iterator<Object> iterator() {
    return switch (kind) {
      case KEYS -> dict.keySet().iterator();
      case VALUES -> dict.values().iterator();
      case ITEMS -> Sequences.pairs(dict);
    };
  }
}
