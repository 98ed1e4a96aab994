package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.List;

/** The {@code loop} variable: one element of look-ahead over the items, and where we are. */
final class LoopState implements Host, Callable {
  /** Renders the loop's body over other items, one level deeper; null: it is not recursive. */
  interface Recursion {
    Object render(Object items, long depth);
  }

  private final Object items;
  private final Recursion recursion;
  private final long depth;
  private Iterator<Object> iterator;
  private long index0 = -1;
  private long length = -1;
  private Object previous;
  private Object current;
  private Object following;
  private List<Object> lastChanged;

  /**
   * @param items what {@code iterator} walks over
   * @param depth of recursion, from 1
   */
  LoopState(Object items, Iterator<Object> iterator, Recursion recursion, long depth) {
    this.items = items;
    this.iterator = iterator;
    this.recursion = recursion;
    this.depth = depth;
  }

  boolean hasNext() {
    return following != null || iterator.hasNext();
  }

  Object next() {
    Object item = following == null ? iterator.next() : following;
    following = null;
    index0++;
    previous = current;
    current = item;
    return item;
  }

  long index() {
    return index0 + 1;
  }

  long length(Budget budget) {
    if (length < 0) {
      if (Sequences.hasLength(items)) {
        length = Sequences.length(items, budget);
      } else {
        List<Object> rest = Sequences.collect(iterator, budget);
        iterator = rest.iterator();
        length = rest.size() + index() + (following == null ? 0 : 1);
      }
    }
    return length;
  }

  private Object peek() {
    if (following == null && iterator.hasNext()) {
      following = iterator.next();
    }
    return following;
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public Object attribute(String name, Budget budget) {
    return switch (name) {
      case "index" -> index();
      case "index0" -> index0;
      case "first" -> index0 == 0;
      case "last" -> peek() == null;
      case "length" -> length(budget);
      case "revindex" -> length(budget) - index0;
      case "revindex0" -> length(budget) - index();
      case "depth" -> depth;
      case "depth0" -> depth - 1;
      case "previtem" -> previous == null ? new Undefined("there is no previous item") : previous;
      case "nextitem" -> peek() == null ? new Undefined("there is no next item") : following;
      case "cycle" -> new TemplateFunction(name, this::cycle);
      case "changed" -> new TemplateFunction(name, arguments -> changed(arguments, budget));
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    Object[] values = arguments.positionalOnly("cycle", 1, Integer.MAX_VALUE);
    return values[(int) (index0 % values.length)];
  }

  private Object changed(Arguments arguments, Budget budget) {
    List<Object> values = List.of(arguments.positionalOnly("changed", 0, Integer.MAX_VALUE));
    boolean isChanged = lastChanged == null || !Comparison.equal(values, lastChanged, budget);
    lastChanged = values;
    return isChanged;
  }

  /** {@code loop(items)}. */
  @Override
  public Object call(Arguments arguments) {
    if (recursion == null) {
      throw TemplateException.runtime("loop: only a loop marked 'recursive' can be called");
    }
    return recursion.render(arguments.bind("loop", 1, "iterable").get(0), depth + 1);
  }
}
