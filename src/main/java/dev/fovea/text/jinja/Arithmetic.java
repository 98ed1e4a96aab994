package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Python's binary operators on any values. */
final class Arithmetic {
  private Arithmetic() {}

  static Object binary(String operator, Object a, Object b, Budget budget) {
    Number x = Numbers.of(a);
    Number y = Numbers.of(b);
    if (x != null && y != null) {
      return numeric(operator, x, y);
    }
    if (operator.equals("%") && a instanceof String format) {
      return PercentFormat.apply(format, b, budget);
    }
    for (Object operand : new Object[] {a, b}) {
      if (operand instanceof Undefined undefined) {
        throw undefined.failure();
      }
      if (operand instanceof Markup) {
        throw TemplateException.unsupported("operator " + operator + " on escaped text");
      }
    }
    Object result = null;
    if (operator.equals("+")) {
      result = concatenate(a, b, budget);
    } else if (operator.equals("*")) {
      result = y instanceof Long ? repeat(a, (Long) y, budget) : null;
      result = x instanceof Long ? repeat(b, (Long) x, budget) : result;
    }
    if (result == null) {
      throw TemplateException.runtime(
          String.format(
              Locale.ROOT,
              "unsupported operand types for %s: %s and %s",
              operator,
              PyFormat.typeName(a),
              PyFormat.typeName(b)));
    }
    return result;
  }

  private static Object numeric(String operator, Number a, Number b) {
    return switch (operator) {
      case "+" -> Numbers.add(a, b);
      case "-" -> Numbers.subtract(a, b);
      case "*" -> Numbers.multiply(a, b);
      case "/" -> Numbers.divide(a, b);
      case "//" -> Numbers.floorDivide(a, b);
      case "%" -> Numbers.modulo(a, b);
      default -> Numbers.power(a, b);
    };
  }

  private static Object concatenate(Object a, Object b, Budget budget) {
    if (a instanceof String left && b instanceof String right) {
      budget.text((long) left.length() + right.length());
      return left + right;
    }
    if (a instanceof List<?> left && b instanceof List<?> right) {
      return joined(left, right, budget);
    }
    if (a instanceof Tuple left && b instanceof Tuple right) {
      return Tuple.of(joined(left.items(), right.items(), budget));
    }
    return null;
  }

  private static List<Object> joined(List<?> left, List<?> right, Budget budget) {
    budget.elements((long) left.size() + right.size());
    List<Object> result = new ArrayList<>(left);
    result.addAll(right);
    return result;
  }

  private static Object repeat(Object value, long count, Budget budget) {
    int times = (int) Math.max(0, Math.min(Integer.MAX_VALUE, count));
    if (value instanceof String text) {
      budget.text((long) text.length() * times);
      return text.repeat(times);
    }
    if (value instanceof List<?> list) {
      return repeated(list, times, budget);
    }
    return value instanceof Tuple tuple ? Tuple.of(repeated(tuple.items(), times, budget)) : null;
  }

  private static List<Object> repeated(List<?> list, int times, Budget budget) {
    budget.elements((long) list.size() * times);
    List<Object> result = new ArrayList<>();
    Collections.nCopies(list.isEmpty() ? 0 : times, list).forEach(result::addAll);
    return result;
  }
}
