package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's binary operators on any values. */
final class Arithmetic {
  private Arithmetic() {}

  static Object binary(String operator, Object a, Object b, Budget budget) {
    Number x = Numbers.of(a);
    Number y = Numbers.of(b);
    if (x != null && y != null) {
      return numeric(operator, x, y, budget);
    }
    if (operator.equals("%") && a instanceof String format) {
      return PercentFormat.apply(format, b, budget);
    }
    if (operator.equals("%") && a instanceof Markup format) {
      return PercentFormat.apply(format, b, budget);
    }
    for (Object operand : new Object[] {a, b}) {
      if (operand instanceof Undefined undefined) {
        throw undefined.failure();
      }
    }
    Object result = null;
    if (operator.equals("+")) {
      result = concatenate(a, b, budget);
    } else if (operator.equals("*") && isWhole(y)) {
      result = repeat(a, Numbers.requireIndex(b), budget);
    } else if (operator.equals("*") && isWhole(x)) {
      result = repeat(b, Numbers.requireIndex(a), budget);
    }
    if (result == null) {
      throw TemplateException.runtime(
          "unsupported operand types for "
              + operator
              + ": "
              + PyFormat.typeName(a)
              + " and "
              + PyFormat.typeName(b));
    }
    return result;
  }

  private static boolean isWhole(Number number) {
    return number != null && !(number instanceof Double);
  }

  private static Number numeric(String operator, Number a, Number b, Budget budget) {
    return switch (operator) {
      case "+" -> Numbers.add(a, b);
      case "-" -> Numbers.subtract(a, b);
      case "*" -> Numbers.multiply(a, b, budget);
      case "/" -> Numbers.divide(a, b);
      case "//" -> Numbers.floorDivide(a, b);
      case "%" -> Numbers.modulo(a, b);
      default -> Numbers.power(a, b, budget);
    };
  }

  private static Object concatenate(Object a, Object b, Budget budget) {
    String left = Markup.textOf(a);
    String right = Markup.textOf(b);
    if (left != null && right != null) {
      boolean isMarked = a instanceof Markup || b instanceof Markup;
      String first = isMarked ? Markup.escape(a, budget).text() : left;
      String second = isMarked ? Markup.escape(b, budget).text() : right;
      budget.text((long) first.length() + second.length());
      return isMarked ? new Markup(first + second) : first + second;
    }
    if (a instanceof List<?> items && b instanceof List<?> more) {
      return joined(items, more, budget);
    }
    if (a instanceof Tuple items && b instanceof Tuple more) {
      return Tuple.of(joined(items.items(), more.items(), budget));
    }
    return null;
  }

  private static List<Object> joined(List<?> left, List<?> right, Budget budget) {
    budget.elements((long) left.size() + right.size());
    List<Object> result = new ArrayList<>(left.size() + right.size());
    result.addAll(left);
    result.addAll(right);
    return result;
  }

  private static Object repeat(Object value, long count, Budget budget) {
    long times = Math.max(0, count);
    if (Markup.textOf(value) != null) {
      String text = Markup.textOf(value);
      budget.repeated(text.length(), times);
      String repeated = text.isEmpty() ? "" : text.repeat((int) times);
      return value instanceof Markup ? new Markup(repeated) : repeated;
    }
    if (value instanceof List<?> list) {
      return repeated(list, times, budget);
    }
    return value instanceof Tuple tuple ? Tuple.of(repeated(tuple.items(), times, budget)) : null;
  }

  private static List<Object> repeated(List<?> list, long times, Budget budget) {
    budget.elements(Budget.saturated(list.size(), times));
    List<Object> result = new ArrayList<>();
    Collections.nCopies(list.isEmpty() ? 0 : (int) times, list).forEach(result::addAll);
    return result;
  }
}
