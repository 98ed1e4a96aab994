package dev.fovea.server.http;

import jakarta.inject.Singleton;
import java.time.Duration;

/** Requests whose answers have not ended; any thread. */
@Singleton
public final class OpenRequests {
  private int open;

  synchronized void begin() {
    open++;
  }

  synchronized void end() {
    open--;
    notifyAll();
  }

  /** Blocks until there is none, or so long; false: there still are some. */
  public synchronized boolean awaitNone(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      for (long left = patience.toMillis(); open > 0 && left > 0; ) {
        wait(left);
        left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return open == 0;
  }
}
