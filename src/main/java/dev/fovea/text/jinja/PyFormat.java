package dev.fovea.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code str} and {@code repr} of Python. */
final class PyFormat {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_SHORT = 60;
  private static final int STEPS_PER_FLOAT = 8;
  private static final Map<Class<?>, String> TYPE_NAMES = typeNames();

  private final StringBuilder out = new StringBuilder();
  private final Budget budget;
  private int depth;

  private PyFormat(Budget budget) {
    this.budget = budget;
  }

  private static Map<Class<?>, String> typeNames() {
    Map<Class<?>, String> names = new LinkedHashMap<>();
    names.put(None.class, "None");
    names.put(Boolean.class, "bool");
    names.put(Long.class, "int");
    names.put(BigInteger.class, "int");
    names.put(Double.class, "float");
    names.put(String.class, "str");
    names.put(Markup.class, "Markup");
    names.put(List.class, "list");
    names.put(Map.class, "dict");
    names.put(Tuple.class, "tuple");
    names.put(RangeValue.class, "range");
    names.put(Bytes.class, "bytes");
    names.put(LazySequence.class, "generator");
    names.put(Undefined.class, "Undefined");
    return names;
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

  /** {@code ascii(value)}: the repr with what is not ASCII spelled out. */
  static String ascii(Object value, Budget budget) {
    StringBuilder out = new StringBuilder();
    repr(value, budget)
        .codePoints()
        .forEach(
            c -> {
              if (c < 0x80) {
                out.append((char) c);
              } else {
                appendEscape(c, out);
              }
            });
    budget.text(out.length());
    return out.toString();
  }

  /** A value for a message. */
  static String shortRepr(Object value) {
    if (value instanceof String text) {
      return "'" + cut(text) + "'";
    }
    boolean isScalar = value == None.NONE || value instanceof Number || value instanceof Boolean;
    return isScalar ? cut(repr(value, new Budget(Limits.DEFAULT))) : "a " + typeName(value);
  }

  /** Text for a message. */
  static String cut(String text) {
    return text.length() <= MAX_SHORT ? text : text.substring(0, MAX_SHORT) + "...";
  }

  static String typeName(Object value) {
    if (value instanceof DictView view) {
      return view.kind().pythonName;
    }
    if (value instanceof Host host) {
      return host.typeName();
    }
    return TYPE_NAMES.entrySet().stream()
        .filter(type -> type.getKey().isInstance(value))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("function");
  }

  private void append(Object value) {
    budget.step();
    if (++depth > MAX_DEPTH) {
      throw TemplateException.limit("repr: expected at most " + MAX_DEPTH + " nested levels");
    }
    if (value instanceof String text) {
      appendQuoted(text);
    } else if (value instanceof List<?> list) {
      appendItems("[", list.iterator(), "]");
    } else if (value instanceof Map<?, ?> map) {
      appendDict(map);
    } else if (value instanceof Tuple tuple) {
      appendItems("(", tuple.items().iterator(), tuple.items().size() == 1 ? ",)" : ")");
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
    } else {
      out.append(plain(value));
    }
    budget.requireText(out.length());
    depth--;
  }

  /** The repr of what holds no other value. */
  private String plain(Object value) {
    if (value == None.NONE) {
      return "None";
    }
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    if (value instanceof Double number) {
      budget.spend(STEPS_PER_FLOAT);
      return floatRepr(number);
    }
    if (value instanceof Long || value instanceof BigInteger) {
      return Numbers.decimalDigits((Number) value);
    }
    if (value instanceof Undefined) {
      return "Undefined";
    }
    if (value instanceof RangeValue range) {
      return range.repr();
    }
    if (value instanceof Bytes bytes) {
      budget.text(bytes.length() * 4L);
      return bytes.repr();
    }
    if (value instanceof LoopState loop) {
      return "<LoopContext " + loop.index() + "/" + loop.length(budget) + ">";
    }
    if (value instanceof MacroFunction macro) {
      return "<Macro '" + macro.name() + "'>";
    }
    throw TemplateException.unsupported(
        "printing a " + typeName(value) + ": its text is an address in Python");
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
      append(Dicts.original(entry.getKey()));
      out.append(": ");
      append(entry.getValue());
    }
    out.append('}');
  }

  private void appendQuoted(String text) {
    budget.scan(text.length() * 4L);
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
          appendEscape(c, out);
        }
      }
    }
  }

  private static void appendEscape(int c, StringBuilder out) {
    HexFormat hex = HexFormat.of();
    if (c < 0x100) {
      out.append("\\x").append(hex.toHexDigits((byte) c));
    } else if (c < 0x10000) {
      out.append("\\u").append(hex.toHexDigits((char) c));
    } else {
      out.append("\\U").append(hex.toHexDigits(c));
    }
  }

  /** {@code str.isprintable} of one character. */
  static boolean isPrintable(int c) {
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
    String size = Integer.toString(Math.abs(exponent));
    return mantissa + "e" + (exponent < 0 ? "-" : "+") + (size.length() < 2 ? "0" : "") + size;
  }

  private static String positional(BigDecimal value) {
    String text = value.toPlainString();
    return text.indexOf('.') < 0 ? text + ".0" : text;
  }
}
