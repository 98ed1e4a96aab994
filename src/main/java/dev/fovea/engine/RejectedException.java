package dev.fovea.engine;

import java.time.Duration;

/** A request was not taken; nothing of it is kept. */
public final class RejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** It can never fit: prompt and output exceed the context or the whole page pool. */
    TOO_LONG,
    /** The queue is full: try again later. */
    OVERLOADED,
    /** The engine is closing or dead. */
    CLOSED
  }

  private final transient Reason reason;
  private final transient Duration retryAfter;

  public RejectedException(Reason reason, String message) {
    this(reason, message, Duration.ZERO);
  }

  /**
   * @param retryAfter when there will be room, going by how fast the queue has been emptying
   */
  public RejectedException(Reason reason, String message, Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** When to try again; zero where that is not known, or would not help. */
  public Duration retryAfter() {
    return retryAfter;
  }

  public Reason reason() {
    return reason;
  }
}
