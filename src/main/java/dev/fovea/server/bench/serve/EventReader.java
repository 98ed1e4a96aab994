package dev.fovea.server.bench.serve;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes the events out of a streamed answer's bytes, which come in any pieces, as the specification
 * of server-sent events has them. A line of JSON is taken too: some servers answer a request for a
 * stream with an object, an error often.
 */
final class EventReader {
  private static final byte[] DATA = ascii("data:");
  private static final byte[] EVENT = ascii("event:");
  private static final byte[] ERROR = ascii("error");
  private static final byte[] DONE = ascii("[DONE]");
  private static final byte[] OBJECT = ascii("{");

  private final Listener listener;
  private final LineReader lines = new LineReader();
  private final Bytes data = new Bytes();
  private boolean isErrorEvent;

  EventReader(Listener listener) {
    this.listener = listener;
  }

  /** Takes what comes. */
  interface Listener {
    /** An event but the stream's own end. */
    void event(StreamEvent event);

    /** The stream's own end. */
    void done();
  }

  /** Bytes that can be looked at without a copy. */
  private static final class Bytes extends ByteArrayOutputStream {
    byte[] array() {
      return buf;
    }
  }

  /** Another stream begins. */
  void reset() {
    lines.clear();
    clear();
  }

  void feed(byte[] bytes, int from, int to) throws ProtocolException {
    int at = lines.next(bytes, from, to);
    while (at >= 0) {
      line(lines.line(), lines.start(), lines.end());
      at = lines.next(bytes, at, to);
    }
  }

  /** The stream has ended: what it began counts as if it were closed. */
  void end() throws ProtocolException {
    byte[] close = {'\n', '\n'};
    feed(close, 0, close.length);
  }

  private void line(byte[] line, int start, int end) {
    if (start == end) {
      dispatch();
    } else if (startsWith(DATA, line, start, end)) {
      int from = valueOf(DATA, line, start, end);
      if (data.size() > 0) {
        data.write('\n');
      }
      data.write(line, from, end - from);
    } else if (startsWith(EVENT, line, start, end)) {
      isErrorEvent = startsWith(ERROR, line, valueOf(EVENT, line, start, end), end);
    } else if (startsWith(OBJECT, line, start, end)) {
      data.write(line, start, end - start);
    }
  }

  private void dispatch() {
    if (startsWith(DONE, data.array(), 0, data.size())) {
      listener.done();
    } else if (data.size() > 0) {
      listener.event(StreamEvent.of(isErrorEvent, data.array(), data.size()));
    }
    clear();
  }

  private void clear() {
    data.reset();
    isErrorEvent = false;
  }

  private static int valueOf(byte[] field, byte[] line, int start, int end) {
    int from = start + field.length;
    return from < end && line[from] == ' ' ? from + 1 : from;
  }

  private static boolean startsWith(byte[] wanted, byte[] line, int from, int end) {
    return end - from >= wanted.length
        && Arrays.equals(wanted, 0, wanted.length, line, from, from + wanted.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
