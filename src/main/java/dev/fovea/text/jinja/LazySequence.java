package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.function.Supplier;

/** A Python generator: always true, without a length, and consumed by its first reader. */
final class LazySequence {
  private final Supplier<Iterator<Object>> source;
  private Iterator<Object> iterator;

  /** {@code source} is asked when the first element is. */
  LazySequence(Supplier<Iterator<Object>> source) {
    this.source = source;
  }

  Iterator<Object> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return started().hasNext();
      }

      @Override
      public Object next() {
        return started().next();
      }
    };
  }

  private Iterator<Object> started() {
    if (iterator == null) {
      iterator = source.get();
    }
    return iterator;
  }
}
