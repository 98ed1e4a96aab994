package dev.fovea.server.bench.serve;

import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes the events out of a streamed answer's bytes, which come in any pieces. Events are looked at
 * as bytes: a quote inside a JSON string is escaped, so the name of a field is found nowhere else.
 */
final class EventReader {
  private static final byte[] DATA = ascii("data:");
  private static final byte[] DONE = ascii("[DONE]");
  private static final byte[] ERROR_EVENT = ascii("event: error");
  private static final byte[] ERROR_OBJECT = ascii("{\"error\":{");
  private static final byte[] USAGE = ascii("\"usage\":");

  private final byte[] contentName;
  private final Listener listener;
  private final LineReader lines = new LineReader();

  private boolean isErrorEvent;
  // Where the field was in the last event: the same place in the next one of that stream.
  private int contentOffset;

  /**
   * @param contentField of an event that holds new text
   */
  EventReader(String contentField, Listener listener) {
    contentName = ascii("\"" + contentField + "\":");
    this.listener = listener;
  }

  /** Takes what the events say. */
  interface Listener {
    /** New text, never empty, with JSON's escapes as they came. */
    void content(byte[] bytes, int from, int to);

    /** The event, a JSON object, that tells the usage. */
    void usage(String json);

    /** The answer has failed. */
    void error(String json);

    /** The stream's own end. */
    void done();
  }

  /** Another stream begins. */
  void reset() {
    lines.clear();
    isErrorEvent = false;
  }

  void feed(byte[] bytes, int from, int to) throws ProtocolException {
    int at = lines.next(bytes, from, to);
    while (at >= 0) {
      line(lines.line(), lines.start(), lines.end());
      at = lines.next(bytes, at, to);
    }
  }

  private void line(byte[] line, int start, int end) {
    if (startsWith(DATA, line, start, end)) {
      int from = start + DATA.length;
      data(line, from < end && line[from] == ' ' ? from + 1 : from, end);
    } else if (startsWith(ERROR_EVENT, line, start, end)) {
      isErrorEvent = true;
    }
  }

  private void data(byte[] line, int from, int end) {
    if (startsWith(DONE, line, from, end)) {
      listener.done();
    } else if (isErrorEvent || startsWith(ERROR_OBJECT, line, from, end)) {
      listener.error(text(line, from, end));
    } else if (!content(line, from, end)) {
      int usage = find(USAGE, line, from, end);
      if (usage >= 0 && line[skipSpace(line, usage + USAGE.length, end)] == '{') {
        listener.usage(text(line, from, end));
      }
    }
  }

  /** Whether the event has new text. */
  private boolean content(byte[] line, int from, int end) {
    int at = from + contentOffset;
    if (!startsWith(contentName, line, at, end)) {
      at = find(contentName, line, from, end);
      if (at < 0) {
        return false;
      }
      contentOffset = at - from;
    }
    int open = skipSpace(line, at + contentName.length, end);
    if (open >= end || line[open] != '"') {
      return false;
    }
    int close = open + 1;
    while (close < end && line[close] != '"') {
      close += line[close] == '\\' ? 2 : 1;
    }
    if (close == open + 1) {
      return false;
    }
    listener.content(line, open + 1, Math.min(close, end));
    return true;
  }

  private static int skipSpace(byte[] line, int from, int end) {
    return from < end - 1 && line[from] == ' ' ? from + 1 : Math.min(from, end - 1);
  }

  private static int find(byte[] wanted, byte[] line, int from, int end) {
    for (int at = from; at <= end - wanted.length; at++) {
      if (line[at] == wanted[0] && startsWith(wanted, line, at, end)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean startsWith(byte[] wanted, byte[] line, int from, int end) {
    return end - from >= wanted.length
        && Arrays.equals(wanted, 0, wanted.length, line, from, from + wanted.length);
  }

  private static String text(byte[] line, int from, int end) {
    return new String(line, from, end - from, StandardCharsets.UTF_8);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
