package dev.fovea.text.jinja;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Python's bytes: what {@code str.encode} answers. */
record Bytes(byte[] content) {
  private static final Map<String, Charset> CHARSETS =
      Map.of(
          "utf8", StandardCharsets.UTF_8,
          "ascii", StandardCharsets.US_ASCII,
          "usascii", StandardCharsets.US_ASCII,
          "latin1", StandardCharsets.ISO_8859_1,
          "iso88591", StandardCharsets.ISO_8859_1);
  private static final int MAX_NAME_CHARS = 20;
  private static final Map<String, CodingErrorAction> ERRORS =
      Map.of(
          "strict", CodingErrorAction.REPORT,
          "ignore", CodingErrorAction.IGNORE,
          "replace", CodingErrorAction.REPLACE);

  static Bytes encode(String text, Arguments.Bound bound, Budget budget) {
    budget.text(text.length() * 3L);
    CodingErrorAction action = errors(bound);
    try {
      ByteBuffer bytes =
          charset(bound)
              .newEncoder()
              .onMalformedInput(action)
              .onUnmappableCharacter(action)
              .encode(CharBuffer.wrap(text));
      return new Bytes(Arrays.copyOf(bytes.array(), bytes.limit()));
    } catch (CharacterCodingException e) {
      throw TemplateException.runtime("encode: a character outside the encoding");
    }
  }

  private Object decode(Arguments.Bound bound, Budget budget) {
    budget.text(content.length);
    CodingErrorAction action = errors(bound);
    try {
      return charset(bound)
          .newDecoder()
          .onMalformedInput(action)
          .onUnmappableCharacter(action)
          .decode(ByteBuffer.wrap(content))
          .toString();
    } catch (CharacterCodingException e) {
      throw TemplateException.runtime("decode: bytes outside the encoding");
    }
  }

  private static Charset charset(Arguments.Bound bound) {
    String name = Markup.textOf(bound.or(0, "utf-8"));
    Charset charset =
        name == null || name.length() > MAX_NAME_CHARS
            ? null
            : CHARSETS.get(name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", ""));
    if (charset == null) {
      throw TemplateException.unsupported(
          "encoding "
              + PyFormat.shortRepr(bound.or(0, "utf-8"))
              + "; known: utf-8, ascii, latin-1");
    }
    return charset;
  }

  private static CodingErrorAction errors(Arguments.Bound bound) {
    Object name = bound.or(1, "strict");
    CodingErrorAction action = name instanceof String ? ERRORS.get(name) : null;
    if (action == null) {
      throw TemplateException.unsupported(
          "errors=" + PyFormat.shortRepr(name) + "; known: strict, ignore, replace");
    }
    return action;
  }

  int length() {
    return content.length;
  }

  /** The bytes as integers. */
  List<Object> items() {
    return new AbstractList<>() {
      @Override
      public Object get(int index) {
        return (long) (content[index] & 0xff);
      }

      @Override
      public int size() {
        return content.length;
      }
    };
  }

  /** An attribute of the type, or null. */
  Object attribute(String name, Budget budget) {
    return switch (name) {
      case "decode" ->
          new TemplateFunction(
              name, arguments -> decode(arguments.bind(name, 0, "encoding", "errors"), budget));
      case "hex" ->
          new TemplateFunction(
              name,
              arguments -> {
                arguments.positionalOnly(name, 0, 0);
                budget.text(content.length * 2L);
                return java.util.HexFormat.of().formatHex(content);
              });
      default -> null;
    };
  }

  String repr() {
    StringBuilder out = new StringBuilder();
    boolean hasSingle = false;
    boolean hasDouble = false;
    for (byte b : content) {
      hasSingle |= b == '\'';
      hasDouble |= b == '"';
    }
    char quote = hasSingle && !hasDouble ? '"' : '\'';
    out.append('b').append(quote);
    for (byte b : content) {
      switch (b) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\\' -> out.append("\\\\");
        default -> {
          if (b == quote) {
            out.append('\\').append(quote);
          } else if (b >= 0x20 && b < 0x7f) {
            out.append((char) b);
          } else {
            out.append("\\x").append(java.util.HexFormat.of().toHexDigits(b));
          }
        }
      }
    }
    return out.append(quote).toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }
}
