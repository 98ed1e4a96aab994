package dev.fovea.server;

import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Bounds the text that is tokenized at a time, over all requests: each byte takes some 300 of
 * native memory meanwhile. Short texts do not queue behind long ones. Any thread.
 */
public final class TextBudget {
  /** A tokenizer's memory stays about as large as the heap. */
  private static final int HEAP_SHARE = 256;

  private static final int SHORT_BYTES = 16 << 10;
  private static final int SHORT_SHARE = 8;
  private static final int RETRY_SECONDS = 1;
  private static final long GLANCE_MILLIS = 50;

  private final int maxBytes;
  private final Semaphore longTexts;
  private final Semaphore shortTexts;
  private final Runnable afterLong;

  /**
   * @param maxBytes of UTF-8 at a time, and so of the longest text
   * @param afterLong called when a text that was not short has been tokenized
   */
  public TextBudget(long maxBytes, Runnable afterLong) {
    this.maxBytes = (int) Math.max(SHORT_BYTES, Math.min(maxBytes, Integer.MAX_VALUE));
    this.longTexts = new Semaphore(this.maxBytes, true);
    this.shortTexts = new Semaphore(Math.max(SHORT_BYTES, this.maxBytes / SHORT_SHARE), true);
    this.afterLong = afterLong;
  }

  /** As large as the heap allows. */
  public static TextBudget ofHeap() {
    return new TextBudget(heapBytes(), () -> {});
  }

  /** What {@link #ofHeap} allows. */
  public static long heapBytes() {
    return Runtime.getRuntime().maxMemory() / HEAP_SHARE;
  }

  /**
   * Does some work on a text once there is room for it.
   *
   * @throws ApiException 413 if there never is, 503 if there is none in time or nobody waits for it
   */
  public <T> T within(String text, Patience patience, Supplier<T> work) {
    long bytes = utf8Length(text);
    if (bytes > maxBytes) {
      String message =
          String.format(
              Locale.ROOT,
              "text: expected at most %d bytes, which is what this server tokenizes at a time,"
                  + " got %d",
              maxBytes,
              bytes);
      throw new ApiException(new ApiError(413, ErrorCodes.BODY_TOO_LARGE, null, message));
    }
    boolean isShort = bytes <= SHORT_BYTES;
    Semaphore room = isShort ? shortTexts : longTexts;
    acquire(room, (int) bytes, patience);
    try {
      return work.get();
    } finally {
      room.release((int) bytes);
      if (!isShort) {
        afterLong.run();
      }
    }
  }

  private static void acquire(Semaphore room, int bytes, Patience patience) {
    try {
      while (!patience.isOver()) {
        if (room.tryAcquire(bytes, GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw ApiException.retryLater(
        503,
        ErrorCodes.UNAVAILABLE,
        "other long texts are being tokenized; try again",
        RETRY_SECONDS);
  }

  /** Bytes of UTF-8; an unpaired surrogate counts 3, as U+FFFD does. */
  static long utf8Length(String text) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }
}
