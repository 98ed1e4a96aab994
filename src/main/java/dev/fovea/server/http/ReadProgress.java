package dev.fovea.server.http;

import java.time.Duration;

/**
 * Whether a client reads what waits for it: {@value #STEP_BYTES} bytes, or all of it, within its
 * patience. On one event loop.
 */
final class ReadProgress {
  /** Half of what may wait in an answer's mailbox. */
  static final int STEP_BYTES = 32 * 1024;

  private final long patienceNanos;
  private long fromNanos;
  private long fromBytes;
  private boolean isWaiting;

  ReadProgress(Duration patience) {
    patienceNanos = patience.toNanos();
  }

  /** Nothing waits. */
  void caughtUp() {
    isWaiting = false;
  }

  /**
   * Something waits.
   *
   * @param takenBytes by the client, in all
   * @param stepBytes within the patience are enough
   * @return whether the client has run out of it
   */
  boolean isLost(long nanos, long takenBytes, int stepBytes) {
    if (!isWaiting || takenBytes - fromBytes >= stepBytes) {
      isWaiting = true;
      fromNanos = nanos;
      fromBytes = takenBytes;
    }
    return nanos - fromNanos >= patienceNanos;
  }
}
