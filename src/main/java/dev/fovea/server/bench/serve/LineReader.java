package dev.fovea.server.bench.serve;

import java.net.ProtocolException;
import java.util.Arrays;

/** Finds lines in bytes that come in any pieces; one that lies whole in a piece is not copied. */
final class LineReader {
  private static final int MAX_LINE_BYTES = 1 << 20;
  private static final int FIRST_BYTES = 512;

  private byte[] kept = new byte[FIRST_BYTES];
  private int numKept;

  private byte[] line;
  private int start;
  private int end;

  /**
   * Looks for the end of a line.
   *
   * @return the index behind it, when {@link #line}, {@link #start} and {@link #end} say where the
   *     line is until the next call; -1 if there is none and all was kept for later
   */
  int next(byte[] bytes, int from, int to) throws ProtocolException {
    int at = from;
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    if (at == to) {
      keep(bytes, from, to);
      return -1;
    }
    if (numKept == 0) {
      line = bytes;
      start = from;
      end = at;
    } else {
      keep(bytes, from, at);
      line = kept;
      start = 0;
      end = numKept;
      numKept = 0;
    }
    if (end > start && line[end - 1] == '\r') {
      end--;
    }
    return at + 1;
  }

  byte[] line() {
    return line;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  void clear() {
    numKept = 0;
  }

  private void keep(byte[] bytes, int from, int to) throws ProtocolException {
    int length = numKept + to - from;
    if (length > MAX_LINE_BYTES) {
      throw new ProtocolException("a line of more than " + MAX_LINE_BYTES + " bytes");
    }
    if (length > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(length, 2 * kept.length));
    }
    System.arraycopy(bytes, from, kept, numKept, to - from);
    numKept = length;
  }
}
