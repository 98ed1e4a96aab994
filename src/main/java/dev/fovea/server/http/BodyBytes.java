package dev.fovea.server.http;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;

/** Bytes of a body as they come, counted in its share of {@link BodyMemory}. For one thread. */
final class BodyBytes {
  private static final int FIRST_BYTES = 4096;

  private final BodyMemory.Share share;
  private final int maxBytes;
  private byte[] bytes = {};
  private int size;

  /**
   * @param maxBytes that may come
   */
  BodyBytes(BodyMemory.Share share, int maxBytes) {
    this.share = share;
    this.maxBytes = maxBytes;
  }

  /**
   * Takes the first so many of these.
   *
   * @throws ApiException 413 where there are more than may come or than there ever is memory for,
   *     503 where there is none at present
   */
  void append(byte[] more, int length) {
    long wanted = (long) size + length;
    if (wanted > maxBytes) {
      throw new ApiException(HttpErrors.bodyTooLarge(maxBytes));
    }
    if (wanted > bytes.length) {
      long roomy = Math.max(wanted, Math.max(2L * size, FIRST_BYTES));
      int newLength = (int) Math.min(maxBytes, roomy);
      share.grow(newLength - bytes.length);
      bytes = Arrays.copyOf(bytes, newLength);
    }
    System.arraycopy(more, 0, bytes, size, length);
    size += length;
  }

  int size() {
    return size;
  }

  InputStream stream() {
    return new ByteArrayInputStream(bytes, 0, size);
  }

  /** All of them; it is empty afterwards. */
  byte[] take() {
    byte[] taken = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    clear();
    share.grow(taken.length);
    return taken;
  }

  void clear() {
    share.shrink(bytes.length);
    bytes = new byte[0];
    size = 0;
  }
}
