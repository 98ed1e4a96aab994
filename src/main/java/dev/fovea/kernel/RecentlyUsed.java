package dev.fovea.kernel;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** Values by key, bounded in number: the one longest unused makes room for a new one. */
final class RecentlyUsed<K, V> {
  private static final float LOAD_FACTOR = 0.75f;

  private final Map<K, V> values;
  private final int bound;
  private final Consumer<V> drop;

  /**
   * @param bound values that are kept
   * @param drop what becomes of a value that is not
   */
  RecentlyUsed(int bound, Consumer<V> drop) {
    this.values = new LinkedHashMap<>(bound, LOAD_FACTOR, true);
    this.bound = bound;
    this.drop = drop;
  }

  /** The value of a key, made where there is none. */
  V get(K key, Function<K, V> make) {
    V known = values.get(key);
    if (known != null) {
      return known;
    }
    V made = make.apply(key);
    if (values.size() == bound) {
      K eldest = values.keySet().iterator().next();
      drop.accept(values.remove(eldest));
    }
    values.put(key, made);
    return made;
  }

  /** Drops all. */
  void clear() {
    values.values().forEach(drop);
    values.clear();
  }
}
