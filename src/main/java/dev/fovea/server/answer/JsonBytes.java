package dev.fovea.server.answer;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.fovea.server.http.JsonEscapes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON as it is written, UTF-8; one buffer serves all parts of an answer. A stream writes a part
 * for every token, nearly all of it the same: so what is constant is copied, not generated. For one
 * thread at a time.
 */
final class JsonBytes {
  private static final int TYPICAL_BYTES = 512;
  private static final byte[] QUOTE = ascii("\"");
  private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

  private byte[] bytes = new byte[TYPICAL_BYTES];
  private int size;

  /** Text that is JSON already, for {@link #raw(byte[])}. */
  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  JsonBytes raw(byte[] part) {
    reserve(part.length);
    System.arraycopy(part, 0, bytes, size, part.length);
    size += part.length;
    return this;
  }

  JsonBytes raw(String part) {
    return raw(ascii(part));
  }

  JsonBytes number(long value) {
    return raw(Long.toString(value));
  }

  /**
   * A string in its quotes.
   *
   * @param text its surrogates are paired
   */
  JsonBytes string(String text) {
    raw(QUOTE);
    if (!plain(text)) {
      escaped(text);
    }
    return raw(QUOTE);
  }

  private void escaped(String text) {
    int begin = 0;
    for (int i = 0; i < text.length(); i++) {
      SerializableString escape = JsonEscapes.escapeOf(text.charAt(i));
      if (escape != null) {
        raw(ENCODER.quoteAsUTF8(text.substring(begin, i))).raw(escape.asUnquotedUTF8());
        begin = i + 1;
      }
    }
    raw(ENCODER.quoteAsUTF8(text.substring(begin)));
  }

  /** Writes text that needs no escape, which most tokens are; false: nothing is written. */
  private boolean plain(String text) {
    int length = text.length();
    reserve(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
      bytes[size + i] = (byte) c;
    }
    size += length;
    return true;
  }

  /** All that was written; the buffer is empty again. */
  byte[] take() {
    byte[] all = Arrays.copyOf(bytes, size);
    size = 0;
    return all;
  }

  private void reserve(int more) {
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
    }
  }
}
