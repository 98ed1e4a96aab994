package dev.fovea.engine;

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

  public RejectedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
