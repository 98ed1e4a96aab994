package dev.fovea.text.jinja;

import java.util.Locale;

/** Counts what one rendering uses against its {@link Limits}. */
final class Budget {
  private final Limits limits;
  private long numSteps;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
  }

  void step() {
    spend(1);
  }

  void spend(long steps) {
    numSteps += steps;
    if (numSteps > limits.maxSteps()) {
      throw TemplateException.limit(
          String.format(Locale.ROOT, "rendering: expected at most %d steps", limits.maxSteps()));
    }
  }

  /** Pays for handling {@code numChars} of text and refuses strings that are too long. */
  void text(long numChars) {
    requireText(numChars);
    spend(1 + numChars / 64);
  }

  /** Refuses strings that are too long, for text that is paid for elsewhere. */
  void requireText(long numChars) {
    if (numChars > limits.maxTextChars()) {
      throw TemplateException.limit(
          String.format(
              Locale.ROOT,
              "text: expected at most %d characters, got %d",
              limits.maxTextChars(),
              numChars));
    }
  }

  /** Pays for producing {@code numElements} before they are allocated. */
  void elements(long numElements) {
    spend(1 + Math.max(0, numElements));
  }

  void enter() {
    if (++depth > limits.maxDepth()) {
      throw TemplateException.limit(
          String.format(Locale.ROOT, "nesting: expected at most %d levels", limits.maxDepth()));
    }
  }

  void leave() {
    depth--;
  }
}
