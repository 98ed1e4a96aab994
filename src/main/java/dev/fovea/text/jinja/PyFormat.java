package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code str} and {@code repr} of Python. */
final class PyFormat {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_SHORT = 60;

  private final StringBuilder out = new StringBuilder();
  private final Budget budget;
  private int depth;

  private PyFormat(Budget budget) {
    this.budget = budget;
  }

  static String str(Object value, Budget budget) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Markup markup) {
      return markup.text();
    }
    return value instanceof Undefined ? "" : repr(value, budget);
  }

  static String repr(Object value, Budget budget) {
    PyFormat format = new PyFormat(budget);
    format.append(value);
    budget.text(format.out.length());
    return format.out.toString();
  }

  /** A value for a message. */
  static String shortRepr(Object value) {
    if (!(value instanceof String || value instanceof Number || value == null)) {
      return "a " + typeName(value);
    }
    String text = repr(value, new Budget(Limits.DEFAULT));
    return text.length() <= MAX_SHORT ? text : text.substring(0, MAX_SHORT) + "...";
  }

  static String typeName(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof DictView view) {
      return view.kind().pythonName;
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof Long) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof String || value instanceof Markup) {
      return "str";
    }
    if (value instanceof List) {
      return "list";
    }
    if (value instanceof Map) {
      return "dict";
    }
    return otherTypeName(value);
  }

  private static String otherTypeName(Object value) {
    if (value instanceof Tuple) {
      return "tuple";
    }
    if (value instanceof RangeValue) {
      return "range";
    }
    if (value instanceof LazySequence) {
      return "generator";
    }
    if (value instanceof Namespace) {
      return "namespace";
    }
    if (value instanceof LoopState) {
      return "loop";
    }
    return value instanceof Undefined ? "Undefined" : "function";
  }

  private void append(Object value) {
    budget.step();
    if (++depth > MAX_DEPTH) {
      throw TemplateException.limit("repr: expected at most " + MAX_DEPTH + " nested levels");
    }
    if (value == null) {
      out.append("None");
    } else if (value instanceof Boolean flag) {
      out.append(flag ? "True" : "False");
    } else if (value instanceof Double number) {
      out.append(floatRepr(number));
    } else if (value instanceof Long number) {
      out.append(number.longValue());
    } else if (value instanceof String text) {
      appendQuoted(text);
    } else if (value instanceof List<?> list) {
      appendItems("[", list.iterator(), "]");
    } else if (value instanceof Map<?, ?> map) {
      appendDict(map);
    } else {
      appendOther(value);
    }
    budget.requireText(out.length());
    depth--;
  }

  private void appendOther(Object value) {
    if (value instanceof Tuple tuple) {
      appendItems("(", tuple.items().iterator(), tuple.items().size() == 1 ? ",)" : ")");
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else if (value instanceof RangeValue range) {
      out.append("range(").append(range.start()).append(", ").append(range.stop());
      out.append(range.step() == 1 ? ")" : ", " + range.step() + ")");
    } else if (value instanceof DictView view) {
      appendItems(view.kind().pythonName + "([", view.iterator(), "])");
    } else if (value instanceof Namespace namespace) {
      out.append("<Namespace ");
      append(namespace.members());
      out.append('>');
    } else if (value instanceof Markup markup) {
      out.append("Markup(");
      appendQuoted(markup.text());
      out.append(')');
    } else if (value instanceof LoopState loop) {
      out.append("<LoopContext ").append(loop.index()).append('/');
      out.append(loop.length(budget)).append('>');
    } else if (value instanceof MacroFunction macro) {
      out.append("<Macro '").append(macro.name()).append("'>");
    } else {
      throw TemplateException.unsupported(
          "printing a " + typeName(value) + ": its text is an address in Python");
    }
  }

  private void appendItems(String open, Iterator<?> items, String close) {
    out.append(open);
    boolean isFirst = true;
    while (items.hasNext()) {
      out.append(isFirst ? "" : ", ");
      isFirst = false;
      append(items.next());
    }
    out.append(close);
  }

  private void appendDict(Map<?, ?> map) {
    out.append('{');
    boolean isFirst = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(isFirst ? "" : ", ");
      isFirst = false;
      append(entry.getKey());
      out.append(": ");
      append(entry.getValue());
    }
    out.append('}');
  }

  private void appendQuoted(String text) {
    budget.text(text.length());
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints().forEach(c -> appendEscaped(c, quote));
    out.append(quote);
  }

  private void appendEscaped(int c, char quote) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(
              String.format(
                  Locale.ROOT, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** The shortest decimal that reads back as the same double, laid out as Python does. */
  static String floatRepr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = value < 0 || 1 / value < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    BigDecimal exact = new BigDecimal(Math.abs(value));
    BigDecimal shortest = exact;
    for (int digits = 1; digits <= 17; digits++) {
      shortest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == Math.abs(value)) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    return sign
        + (exponent < -4 || exponent >= 16 ? scientific(digits, exponent) : positional(shortest));
  }

  private static String scientific(String digits, int exponent) {
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return String.format(
        Locale.ROOT, "%se%s%02d", mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static String positional(BigDecimal value) {
    String text = value.toPlainString();
    return text.indexOf('.') < 0 ? text + ".0" : text;
  }
}
