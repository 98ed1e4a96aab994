package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Python's {@code pprint}: a repr in lines of at most 80 characters, keys in order. */
final class PrettyPrint {
  private static final int WIDTH = 80;

  private final StringBuilder out = new StringBuilder();
  private final Budget budget;

  private PrettyPrint(Budget budget) {
    this.budget = budget;
  }

  static String format(Object value, Budget budget) {
    PrettyPrint print = new PrettyPrint(budget);
    print.append(print.sorted(value), 0, 0, 0);
    budget.text(print.out.length());
    return print.out.toString();
  }

  /** The value with its dicts in the order of their keys, as far down as it goes. */
  private Object sorted(Object value) {
    budget.enter();
    Object result = value;
    if (value instanceof Map<?, ?> map) {
      List<Object> keys = new ArrayList<>(map.keySet());
      keys.sort(this::compareKeys);
      Map<Object, Object> dict = new LinkedHashMap<>();
      keys.forEach(key -> dict.put(key, sorted(map.get(key))));
      result = dict;
    } else if (Sequences.itemsOf(value) != null) {
      List<Object> items = new ArrayList<>();
      for (Object item : Sequences.itemsOf(value)) {
        budget.step();
        items.add(sorted(item));
      }
      result = value instanceof Tuple ? Tuple.of(items) : items;
    }
    budget.leave();
    return result;
  }

  private int compareKeys(Object a, Object b) {
    Object left = Dicts.original(a);
    Object right = Dicts.original(b);
    boolean isOrdered =
        PyFormat.typeName(left).equals(PyFormat.typeName(right))
            || (Numbers.of(left) != null && Numbers.of(right) != null);
    return isOrdered && left != None.NONE
        ? Comparison.compare(left, right, budget)
        : PyFormat.typeName(left).compareTo(PyFormat.typeName(right));
  }

  /**
   * @param indent column where the value begins
   * @param allowance characters that follow its last line
   */
  private void append(Object value, int indent, int allowance, int level) {
    budget.enter();
    String repr = PyFormat.repr(value, budget);
    if (PyText.length(repr) <= WIDTH - indent - allowance) {
      out.append(repr);
    } else if (value instanceof Map<?, ?> map) {
      out.append('{');
      appendDict(map, indent + 1, allowance + 1, level + 1);
      out.append('}');
    } else if (Sequences.itemsOf(value) != null) {
      List<?> items = Sequences.itemsOf(value);
      String close = value instanceof Tuple ? items.size() == 1 ? ",)" : ")" : "]";
      out.append(value instanceof Tuple ? '(' : '[');
      appendItems(items, indent + 1, allowance + close.length(), level + 1);
      out.append(close);
    } else if (value instanceof String text) {
      appendText(text, indent, allowance, level + 1);
    } else {
      out.append(repr);
    }
    budget.requireText(out.length());
    budget.leave();
  }

  private void newLine(int indent) {
    budget.text((long) out.length() / 1024 + indent);
    out.append('\n').append(" ".repeat(indent));
  }

  private void appendDict(Map<?, ?> map, int indent, int allowance, int level) {
    int left = map.size();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String key = PyFormat.repr(Dicts.original(entry.getKey()), budget);
      out.append(key).append(": ");
      left--;
      append(entry.getValue(), indent + PyText.length(key) + 2, left == 0 ? allowance : 1, level);
      if (left > 0) {
        out.append(',');
        newLine(indent);
      }
    }
  }

  private void appendItems(List<?> items, int indent, int allowance, int level) {
    int left = items.size();
    for (Object item : items) {
      left--;
      append(item, indent, left == 0 ? allowance : 1, level);
      if (left > 0) {
        out.append(',');
        newLine(indent);
      }
    }
  }

  /** A long string as several that stand below each other, in parentheses where it is alone. */
  private void appendText(String text, int indent, int allowance, int level) {
    boolean isAlone = level == 1;
    int column = indent + (isAlone ? 1 : 0);
    List<String> chunks = chunks(text, WIDTH - column, allowance + (isAlone ? 1 : 0));
    if (chunks.size() == 1) {
      out.append(chunks.get(0));
      return;
    }
    out.append(isAlone ? "(" : "");
    for (int i = 0; i < chunks.size(); i++) {
      if (i > 0) {
        newLine(column);
      }
      out.append(chunks.get(i));
    }
    out.append(isAlone ? ")" : "");
  }

  private List<String> chunks(String text, int width, int allowance) {
    List<String> chunks = new ArrayList<>();
    List<Object> lines = PyText.splitLines(text, true);
    for (int i = 0; i < lines.size(); i++) {
      boolean isLast = i == lines.size() - 1;
      String line = (String) lines.get(i);
      String repr = PyFormat.repr(line, budget);
      if (PyText.length(repr) <= width - (isLast ? allowance : 0)) {
        chunks.add(repr);
      } else {
        addWords(words(line), width, isLast ? allowance : 0, chunks);
      }
    }
    return chunks;
  }

  private void addWords(List<String> words, int width, int allowance, List<String> chunks) {
    String current = "";
    for (int i = 0; i < words.size(); i++) {
      String candidate = current + words.get(i);
      int room = width - (i == words.size() - 1 ? allowance : 0);
      if (PyText.length(PyFormat.repr(candidate, budget)) > room) {
        if (!current.isEmpty()) {
          chunks.add(PyFormat.repr(current, budget));
        }
        current = words.get(i);
      } else {
        current = candidate;
      }
    }
    if (!current.isEmpty()) {
      chunks.add(PyFormat.repr(current, budget));
    }
  }

  /** Words, each with the white space behind it. */
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    int from = 0;
    for (int at = 1; at <= line.length(); at++) {
      boolean isBorder =
          at == line.length()
              || (PyText.isSpace(line.charAt(at - 1)) && !PyText.isSpace(line.charAt(at)));
      if (isBorder) {
        words.add(line.substring(from, at));
        from = at;
      }
    }
    return words;
  }
}
