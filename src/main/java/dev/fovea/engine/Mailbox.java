package dev.fovea.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands items from any thread to one reader, in order, until it is closed. Its users bound it: they
 * post a given thing a fixed number of times.
 */
final class Mailbox<T> {
  private List<T> posted = new ArrayList<>();
  private boolean closed;

  /** Whether it was taken; a closed mailbox takes nothing. */
  synchronized boolean post(T item) {
    if (closed) {
      return false;
    }
    posted.add(item);
    notifyAll();
    return true;
  }

  /** Posts all with one wake-up of the reader. */
  synchronized boolean postAll(List<T> items) {
    if (closed) {
      return false;
    }
    if (posted.addAll(items)) {
      notifyAll();
    }
    return true;
  }

  /** All that has been posted since the last call, at once. */
  synchronized List<T> drain() {
    if (posted.isEmpty()) {
      return List.of();
    }
    List<T> drained = posted;
    posted = new ArrayList<>();
    return drained;
  }

  /**
   * Parks the reader until there is something to drain or the mailbox is closed. An interrupt, such
   * as a listener may leave behind, ends nothing.
   */
  synchronized void await() {
    while (posted.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        continue;
      }
    }
  }

  /** Takes nothing more; what was posted before can still be drained. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized boolean isClosed() {
    return closed;
  }
}
