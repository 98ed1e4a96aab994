package dev.fovea.text.jinja;

import java.util.List;

/**
 * A Python tuple.
 *
 * @param fields names of the items where the tuple has them ({@code groupby}), else empty
 */
record Tuple(List<Object> items, List<String> fields) {
  static Tuple of(Object... items) {
    return new Tuple(List.of(items), List.of());
  }

  static Tuple of(List<Object> items) {
    return new Tuple(items, List.of());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tuple tuple && items.equals(tuple.items);
  }

  @Override
  public int hashCode() {
    return items.hashCode();
  }
}
