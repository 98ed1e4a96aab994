package dev.fovea.text.jinja;

import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** {@code map}, {@code select} and their relatives; lazy, as in Jinja. */
final class SelectionFilters {
  private SelectionFilters() {}

  static void addTo(Map<String, Filters.Filter> all) {
    all.put("map", SelectionFilters::map);
    all.put("select", (value, arguments, budget) -> select(value, arguments, true, budget));
    all.put("reject", (value, arguments, budget) -> select(value, arguments, false, budget));
    all.put("selectattr", (value, arguments, budget) -> selectAttr(value, arguments, true, budget));
    all.put(
        "rejectattr", (value, arguments, budget) -> selectAttr(value, arguments, false, budget));
  }

  private static Object map(Object value, Arguments arguments, Budget budget) {
    return lazy(
        value,
        () -> {
          UnaryOperator<Object> operation = mapper(arguments, budget);
          Iterator<Object> items = Sequences.iterator(value);
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return items.hasNext();
            }

            @Override
            public Object next() {
              budget.step();
              return operation.apply(items.next());
            }
          };
        });
  }

  private static UnaryOperator<Object> mapper(Arguments arguments, Budget budget) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Arguments.Bound bound = arguments.bind("map", 0, "attribute", "default");
      AttributePath path = AttributePath.of(bound.get(0));
      Object fallback = bound.orNull(1);
      return item -> path.get(item, fallback, budget);
    }
    String filter = leadingName("map", arguments, 0);
    Arguments rest = arguments.dropFirst(1);
    return item -> {
      budget.enter();
      Object result = Filters.apply(filter, item, rest, budget);
      budget.leave();
      return result;
    };
  }

  private static String leadingName(String callee, Arguments arguments, int index) {
    if (arguments.positional().size() <= index) {
      throw TemplateException.runtime(callee + ": expected the name of a filter or attribute");
    }
    if (arguments.positional().get(index) instanceof String name) {
      return name;
    }
    throw TemplateException.runtime(callee + ": expected a name that is a string");
  }

  private static Object select(Object value, Arguments arguments, boolean keeps, Budget budget) {
    return lazy(value, () -> filtered(value, test(arguments, 0, budget), keeps, budget));
  }

  private static Object selectAttr(
      Object value, Arguments arguments, boolean keeps, Budget budget) {
    return lazy(
        value,
        () -> {
          if (arguments.positional().isEmpty()) {
            throw TemplateException.runtime("selectattr: expected the name of an attribute");
          }
          AttributePath path = AttributePath.of(arguments.positional().get(0));
          Predicate<Object> test = test(arguments, 1, budget);
          return filtered(value, item -> test.test(path.get(item, budget)), keeps, budget);
        });
  }

  /** The test named by the argument at {@code index}, with what follows; truth if there is none. */
  private static Predicate<Object> test(Arguments arguments, int index, Budget budget) {
    if (arguments.positional().size() <= index) {
      return Sequences::isTrue;
    }
    String name = leadingName("select", arguments, index);
    Arguments rest = arguments.dropFirst(index + 1);
    return item -> Tests.apply(name, item, rest, budget);
  }

  /** Nothing is looked at, not even the arguments, where {@code value} is false. */
  private static LazySequence lazy(
      Object value, java.util.function.Supplier<Iterator<Object>> source) {
    return new LazySequence(
        () -> Sequences.isTrue(value) ? source.get() : Collections.emptyIterator());
  }

  private static Iterator<Object> filtered(
      Object value, Predicate<Object> test, boolean keeps, Budget budget) {
    Iterator<Object> items = Sequences.iterator(value);
    return new FilteredIterator(items, keeps ? test : test.negate(), budget);
  }
}
