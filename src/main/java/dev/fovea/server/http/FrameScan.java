package dev.fovea.server.http;

import io.netty.buffer.ByteBuf;

/**
 * Finds the frames of HTTP/2 (RFC 9113, section 4.1) in the bytes of one direction of a connection,
 * without looking at what they say.
 */
final class FrameScan {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  private static final int END_HEADERS = 4;
  private static final int HEAD_BYTES = 9;

  private final Listener listener;
  private final byte[] head = new byte[HEAD_BYTES];
  private int headBytes;
  private int bytesToSkip;
  private int type = DATA;
  private boolean isInHeaderBlock;
  private long numUnits;

  /** Is told of each frame when its head is complete. */
  @FunctionalInterface
  interface Listener {
    void frame(int type, int streamId, int length);
  }

  /**
   * @param prefaceBytes that come before the first frame
   */
  FrameScan(int prefaceBytes, Listener listener) {
    this.listener = listener;
    bytesToSkip = prefaceBytes;
    type = HEADERS;
  }

  /** Looks at bytes as they pass; they stay unread. */
  void scan(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      if (bytesToSkip > 0) {
        int skipped = Math.min(bytesToSkip, bytes.writerIndex() - at);
        bytesToSkip -= skipped;
        at += skipped;
      } else {
        head[headBytes++] = bytes.getByte(at++);
        if (headBytes == HEAD_BYTES) {
          begin();
        }
      }
    }
  }

  private void begin() {
    headBytes = 0;
    bytesToSkip = unsigned(0) << 16 | unsigned(1) << 8 | unsigned(2);
    type = unsigned(3);
    int streamId = (unsigned(5) & 0x7f) << 24 | unsigned(6) << 16 | unsigned(7) << 8 | unsigned(8);
    if (type != CONTINUATION) {
      numUnits++;
    }
    if (type == HEADERS || type == CONTINUATION) {
      isInHeaderBlock = (unsigned(4) & END_HEADERS) == 0;
    }
    listener.frame(type, streamId, bytesToSkip);
  }

  private int unsigned(int index) {
    return head[index] & 0xff;
  }

  /**
   * Whether something has begun that its sender must end soon: a head of a request, or any frame
   * but one of a body. Also before the first frame.
   */
  boolean isUnfinished() {
    return isInHeaderBlock || headBytes > 0 || numUnits == 0 || bytesToSkip > 0 && type != DATA;
  }

  /** Frames that have begun; the frames of one request's head count as one. */
  long numUnits() {
    return numUnits;
  }
}
