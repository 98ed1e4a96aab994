package dev.fovea.text.jinja;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** The {@code loop} variable: one element of look-ahead over the items, and where we are. */
final class LoopState {
  private static final Object NOTHING = new Object();

  private final Object items;
  private Iterator<Object> iterator;
  private long index0 = -1;
  private long length = -1;
  private Object previous = NOTHING;
  private Object current = NOTHING;
  private Object following = NOTHING;
  private List<Object> lastChanged;

  /** {@code items} is what {@code iterator} walks over. */
  LoopState(Object items, Iterator<Object> iterator) {
    this.items = items;
    this.iterator = iterator;
  }

  boolean hasNext() {
    return following != NOTHING || iterator.hasNext();
  }

  Object next() {
    Object item = following == NOTHING ? iterator.next() : following;
    following = NOTHING;
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
        length = Sequences.length(items);
      } else {
        List<Object> rest = Sequences.collect(iterator, budget);
        iterator = rest.iterator();
        length = rest.size() + index() + (following == NOTHING ? 0 : 1);
      }
    }
    return length;
  }

  private Object peek() {
    if (following == NOTHING && iterator.hasNext()) {
      following = iterator.next();
    }
    return following;
  }

  Object get(String name, Budget budget) {
    return switch (name) {
      case "index" -> index();
      case "index0" -> index0;
      case "first" -> index0 == 0;
      case "last" -> peek() == NOTHING;
      case "length" -> length(budget);
      case "revindex" -> length(budget) - index0;
      case "revindex0" -> length(budget) - index();
      // Jinja counts only recursive loops, which are not built.
      case "depth" -> 1L;
      case "depth0" -> 0L;
      case "previtem" -> index0 == 0 ? new Undefined("there is no previous item") : previous;
      case "nextitem" -> peek() == NOTHING ? new Undefined("there is no next item") : following;
      case "cycle" -> new TemplateFunction("cycle", this::cycle);
      case "changed" -> new TemplateFunction("changed", arguments -> changed(arguments, budget));
      default -> Undefined.member(this, name);
    };
  }

  private Object cycle(Arguments arguments) {
    Object[] values = arguments.positionalOnly("cycle", 1, Integer.MAX_VALUE);
    return values[(int) (index0 % values.length)];
  }

  private Object changed(Arguments arguments, Budget budget) {
    List<Object> values = Arrays.asList(arguments.positionalOnly("changed", 0, Integer.MAX_VALUE));
    boolean isChanged = lastChanged == null || !Comparison.equal(values, lastChanged, budget);
    lastChanged = values;
    return isChanged;
  }
}
