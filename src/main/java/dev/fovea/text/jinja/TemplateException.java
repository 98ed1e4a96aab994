package dev.fovea.text.jinja;

/** A template that cannot be parsed or rendered; the only exception this package throws. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why the template failed. */
  public enum Kind {
    /** Not a Jinja template. */
    SYNTAX,
    /** Jinja, but refused on purpose: the package says what and why. */
    UNSUPPORTED,
    /** Failed while rendering, as it would in Python: a type error, an undefined value. */
    RUNTIME,
    /** The template itself called {@code raise_exception}. */
    RAISED,
    /** Ran out of steps, output or depth. */
    LIMIT
  }

  /** A template's own message, or the name it asks for, may be as long as a conversation. */
  private static final int MAX_REASON_CHARS = 1000;

  private final Kind kind;
  private final String reason;
  private final int line;

  private TemplateException(Kind kind, String reason, int line) {
    super(line > 0 ? "line " + line + ": " + shortened(reason) : shortened(reason));
    this.kind = kind;
    this.reason = shortened(reason);
    this.line = line;
  }

  private static String shortened(String reason) {
    if (reason.length() <= MAX_REASON_CHARS) {
      return reason;
    }
    int end = MAX_REASON_CHARS - 3;
    return reason.substring(0, Character.isHighSurrogate(reason.charAt(end - 1)) ? end - 1 : end)
        + "...";
  }

  static TemplateException syntax(int line, String reason) {
    return new TemplateException(Kind.SYNTAX, reason, line);
  }

  static TemplateException unsupported(String reason) {
    return new TemplateException(Kind.UNSUPPORTED, reason, 0);
  }

  static TemplateException runtime(String reason) {
    return new TemplateException(Kind.RUNTIME, reason, 0);
  }

  static TemplateException raised(String reason) {
    return new TemplateException(Kind.RAISED, reason, 0);
  }

  static TemplateException limit(String reason) {
    return new TemplateException(Kind.LIMIT, reason, 0);
  }

  /** The same failure with its place, unless a place is known already. */
  TemplateException at(int templateLine) {
    return line > 0 ? this : new TemplateException(kind, reason, templateLine);
  }

  public Kind kind() {
    return kind;
  }

  /** The message without the line. For {@link Kind#RAISED} what the template said. */
  public String reason() {
    return reason;
  }

  /** Line of the template, from 1; 0 where none is known. */
  public int line() {
    return line;
  }
}
