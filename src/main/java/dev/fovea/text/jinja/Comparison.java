package dev.fovea.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code ==}, {@code <} and {@code in}. */
final class Comparison {
  private Comparison() {}

  static boolean equal(Object a, Object b, Budget budget) {
    budget.step();
    Number x = Numbers.of(a);
    Number y = Numbers.of(b);
    if (x != null && y != null) {
      return !Numbers.isNan(x) && !Numbers.isNan(y) && Numbers.compare(x, y) == 0;
    }
    String text = Markup.textOf(a);
    if (text != null) {
      String other = Markup.textOf(b);
      if (other == null || text.length() != other.length()) {
        return false;
      }
      budget.scan(text.length());
      return text.equals(other);
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return equalItems(left, right, budget);
    }
    if (a instanceof Tuple left && b instanceof Tuple right) {
      return equalItems(left.items(), right.items(), budget);
    }
    if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
      return equalDicts(left, right, budget);
    }
    if (a instanceof DictView left && b instanceof DictView right) {
      return equalViews(left, right, budget);
    }
    if (a instanceof RangeValue left && b instanceof RangeValue right) {
      return left.hasItemsOf(right);
    }
    if (a instanceof Bytes left && b instanceof Bytes right) {
      budget.scan(left.length());
      return left.equals(right);
    }
    return a == b || (a instanceof Undefined && b instanceof Undefined);
  }

  private static boolean equalItems(List<?> left, List<?> right, Budget budget) {
    if (left.size() != right.size()) {
      return false;
    }
    budget.enter();
    Iterator<?> other = right.iterator();
    boolean isEqual = true;
    for (Object item : left) {
      if (!same(item, other.next(), budget)) {
        isEqual = false;
        break;
      }
    }
    budget.leave();
    return isEqual;
  }

  /** Containers compare by identity first, so that a list with a NaN equals itself. */
  static boolean same(Object a, Object b, Budget budget) {
    if (a == b) {
      budget.step();
      return true;
    }
    return equal(a, b, budget);
  }

  private static boolean equalDicts(Map<?, ?> left, Map<?, ?> right, Budget budget) {
    if (left.size() != right.size()) {
      return false;
    }
    budget.enter();
    boolean isEqual = true;
    for (Map.Entry<?, ?> entry : left.entrySet()) {
      Object other = right.get(entry.getKey());
      if (other == null || !same(entry.getValue(), other, budget)) {
        isEqual = false;
        break;
      }
    }
    budget.leave();
    return isEqual;
  }

  /** Keys and items compare as sets do, values are only themselves. */
  private static boolean equalViews(DictView left, DictView right, Budget budget) {
    boolean isSet = left.kind() != DictView.Kind.VALUES && left.kind() == right.kind();
    if (!isSet || left.dict().size() != right.dict().size()) {
      return left == right;
    }
    if (left.kind() == DictView.Kind.ITEMS) {
      return equalDicts(left.dict(), right.dict(), budget);
    }
    budget.elements(left.dict().size());
    return left.dict().keySet().equals(right.dict().keySet());
  }

  /** Negative, zero or positive; fails where Python has no order between the two. */
  static int compare(Object a, Object b, Budget budget) {
    budget.step();
    Number x = Numbers.of(a);
    Number y = Numbers.of(b);
    if (x != null && y != null) {
      return Numbers.compare(x, y);
    }
    String left = Markup.textOf(a);
    String right = Markup.textOf(b);
    if (left != null && right != null) {
      budget.scan(Math.min(left.length(), right.length()));
      return PyText.compare(left, right);
    }
    if (a instanceof List<?> items && b instanceof List<?> others) {
      return compareItems(items, others, budget);
    }
    if (a instanceof Tuple items && b instanceof Tuple others) {
      return compareItems(items.items(), others.items(), budget);
    }
    for (Object operand : new Object[] {a, b}) {
      if (operand instanceof Undefined undefined) {
        throw undefined.failure();
      }
    }
    throw TemplateException.runtime(
        "cannot order " + PyFormat.typeName(a) + " and " + PyFormat.typeName(b));
  }

  private static int compareItems(List<?> left, List<?> right, Budget budget) {
    budget.enter();
    int result = Integer.compare(left.size(), right.size());
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      if (!same(left.get(i), right.get(i), budget)) {
        result = compare(left.get(i), right.get(i), budget);
        break;
      }
    }
    budget.leave();
    return result;
  }

  static boolean test(String operator, Object a, Object b, Budget budget) {
    return switch (operator) {
      case "==" -> equal(a, b, budget);
      case "!=" -> !equal(a, b, budget);
      case "in" -> contains(b, a, budget);
      case "not in" -> !contains(b, a, budget);
      default -> ordered(operator, a, b, budget);
    };
  }

  private static boolean ordered(String operator, Object a, Object b, Budget budget) {
    int order = compare(a, b, budget);
    Number x = Numbers.of(a);
    Number y = Numbers.of(b);
    if (x != null && y != null && (Numbers.isNan(x) || Numbers.isNan(y))) {
      return false;
    }
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  static boolean contains(Object container, Object value, Budget budget) {
    String text = Markup.textOf(container);
    if (text != null) {
      String needle = Markup.textOf(value);
      if (needle == null) {
        throw TemplateException.runtime(
            "in a string: expected a string on the left, got " + PyFormat.typeName(value));
      }
      return PyText.find(text, needle, 0, budget) >= 0;
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(Dicts.key(value, budget));
    }
    if (container instanceof DictView view && view.kind() == DictView.Kind.KEYS) {
      return view.dict().containsKey(Dicts.key(value, budget));
    }
    if (container instanceof RangeValue range && Numbers.of(value) instanceof Long number) {
      return range.contains(number);
    }
    Iterator<Object> items = Sequences.iterator(container);
    while (items.hasNext()) {
      if (same(items.next(), value, budget)) {
        return true;
      }
    }
    return false;
  }
}
