package dev.fovea.server;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened one after the other, and closes the other way round. */
final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Closes all of it because of a failure, which stays the one to be told of. */
  void closeAfter(Throwable failure) {
    try {
      close();
    } catch (IllegalStateException e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Closes all, even where one cannot be closed.
   *
   * @throws IllegalStateException if one could not
   */
  @Override
  public void close() {
    IllegalStateException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        failure = failure == null ? new IllegalStateException("could not be closed", e) : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
