package dev.fovea.server.bench.serve;

import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Takes answers of HTTP/1.1 out of a connection's bytes, which come in any pieces (RFC 9112). */
final class AnswerReader {
  private static final int NO_CONTENT = 204;
  private static final int OK = 200;

  private final Listener listener;
  private final LineReader lines = new LineReader();

  private State state = State.STATUS;
  private long left;
  private int status;
  private boolean isChunked;
  private boolean closes;

  AnswerReader(Listener listener) {
    this.listener = listener;
  }

  /** Takes the parts of one answer after the other. */
  interface Listener {
    /** The head is complete. */
    void head(int status);

    /** Some of the body, without its framing. */
    void body(byte[] bytes, int from, int to) throws ProtocolException;

    /** The answer is complete. */
    void end() throws ProtocolException;
  }

  private enum State {
    STATUS,
    HEADER,
    SIZED,
    UNTIL_CLOSE,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  /** Whether the connection is of no use after this answer. */
  boolean closes() {
    return closes;
  }

  /**
   * @throws ProtocolException if this is no HTTP/1.1
   */
  void feed(byte[] bytes, int from, int to) throws ProtocolException {
    int at = from;
    while (at < to) {
      at =
          switch (state) {
            case SIZED, CHUNK -> sized(bytes, at, to);
            case UNTIL_CLOSE -> {
              listener.body(bytes, at, to);
              yield to;
            }
            default -> line(bytes, at, to);
          };
    }
  }

  /** The connection has been closed: whether that was the proper end of an answer. */
  boolean closed() throws ProtocolException {
    if (state == State.UNTIL_CLOSE) {
      end();
      return true;
    }
    return false;
  }

  private int sized(byte[] bytes, int from, int to) throws ProtocolException {
    int end = (int) Math.min(to, from + left);
    listener.body(bytes, from, end);
    left -= end - from;
    if (left == 0) {
      if (state == State.SIZED) {
        end();
      } else {
        state = State.CHUNK_END;
      }
    }
    return end;
  }

  private int line(byte[] bytes, int from, int to) throws ProtocolException {
    int next = lines.next(bytes, from, to);
    if (next < 0) {
      return to;
    }
    boolean isEmpty = lines.start() == lines.end();
    switch (state) {
      case STATUS -> startAnswer(text());
      case HEADER -> {
        if (isEmpty) {
          startBody();
        } else {
          header(text());
        }
      }
      case CHUNK_SIZE -> {
        left = chunkSize();
        state = left == 0 ? State.TRAILER : State.CHUNK;
      }
      case CHUNK_END -> state = State.CHUNK_SIZE;
      default -> {
        if (isEmpty) {
          end();
        }
      }
    }
    return next;
  }

  private void startAnswer(String line) throws ProtocolException {
    if (!line.startsWith("HTTP/1.") || line.length() < "HTTP/1.1 200".length()) {
      throw new ProtocolException("expected an answer of HTTP/1.1, got: " + line);
    }
    status = Integer.parseInt(line.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    closes = line.startsWith("HTTP/1.0");
    isChunked = false;
    left = -1;
    state = State.HEADER;
  }

  private void header(String line) {
    String[] field = line.toLowerCase(Locale.ROOT).split(":\\s*", 2);
    String value = field.length < 2 ? "" : field[1];
    switch (field[0]) {
      case "transfer-encoding" -> isChunked = value.contains("chunked");
      case "content-length" -> left = Long.parseLong(value.strip());
      case "connection" -> closes = value.contains("close");
      default -> {}
    }
  }

  private void startBody() throws ProtocolException {
    if (status < OK) {
      state = State.STATUS;
      return;
    }
    listener.head(status);
    if (isChunked) {
      state = State.CHUNK_SIZE;
    } else if (left == 0 || status == NO_CONTENT) {
      end();
    } else if (left > 0) {
      state = State.SIZED;
    } else {
      closes = true;
      state = State.UNTIL_CLOSE;
    }
  }

  private long chunkSize() throws ProtocolException {
    long size = 0;
    int at = lines.start();
    for (int digit; at < lines.end(); at++, size = size << 4 | digit) {
      digit = Character.digit(lines.line()[at], 16);
      if (digit < 0) {
        break;
      }
    }
    if (at == lines.start() || size < 0) {
      throw new ProtocolException("expected the size of a chunk, got: " + text());
    }
    return size;
  }

  private void end() throws ProtocolException {
    state = State.STATUS;
    listener.end();
  }

  private String text() {
    return new String(
        lines.line(), lines.start(), lines.end() - lines.start(), StandardCharsets.ISO_8859_1);
  }
}
