package dev.fovea.text;

/**
 * A conversation that its template does not render, or a template that is broken. Never a fault of
 * the server: the caller's conversation or the checkpoint's template is what has to change.
 */
public final class ChatTemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Who has to change something. */
  public enum Reason {
    /** The template refused the conversation; the message is the template's own. */
    REFUSED,
    /** Rendering failed or ran out of its budget for this conversation. */
    FAILED,
    /** The template cannot be parsed, or uses what is not supported. */
    BROKEN
  }

  private final Reason reason;

  public ChatTemplateException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public ChatTemplateException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
