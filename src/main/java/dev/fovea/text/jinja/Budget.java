package dev.fovea.text.jinja;

/** Counts what one rendering uses against its {@link Limits}. */
final class Budget {
  private static final int CHARS_PER_STEP = 64;

  /** Texts of the greatest length that all texts together may come to, and fill the heap with. */
  private static final long MAX_TEXTS = 16;

  /** The clock is looked at whenever so many steps were taken. */
  private static final long STEPS_PER_LOOK = 512;

  private final Limits limits;
  private final long startNanos = System.nanoTime();
  private long numSteps;
  private long numCharsHandled;
  private long nextLook = STEPS_PER_LOOK;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
  }

  void step() {
    spend(1);
  }

  /** Never negative; a cost as large as a long can be is refused, not wrapped around. */
  void spend(long steps) {
    if (steps > limits.maxSteps() - numSteps) {
      throw TemplateException.limit("rendering: expected at most " + limits.maxSteps() + " steps");
    }
    numSteps += steps;
    if (numSteps >= nextLook) {
      nextLook = numSteps + STEPS_PER_LOOK;
      if (System.nanoTime() - startNanos > limits.deadline().toNanos()) {
        throw TemplateException.limit(
            "rendering: expected at most " + limits.deadline().toMillis() + " ms");
      }
    }
  }

  /** Pays for looking at {@code numChars} of text, or for making them within the longest text. */
  void scan(long numChars) {
    spend(1 + numChars / CHARS_PER_STEP);
    numCharsHandled += numChars;
    if (numCharsHandled > MAX_TEXTS * limits.maxTextChars()) {
      throw TemplateException.limit(
          "rendering: expected texts of at most "
              + MAX_TEXTS * limits.maxTextChars()
              + " characters in all");
    }
  }

  /** Pays for work that is a product, as of a needle and a text; saturates. */
  void product(long a, long b) {
    spend(1 + saturated(a, b) / CHARS_PER_STEP);
  }

  /** Pays for making {@code numChars} of text and refuses strings that are too long. */
  void text(long numChars) {
    requireText(numChars);
    scan(numChars);
  }

  /** Refuses strings that are too long, for text that is paid for elsewhere. */
  void requireText(long numChars) {
    if (numChars > limits.maxTextChars()) {
      throw TemplateException.limit(
          "text: expected at most " + limits.maxTextChars() + " characters, got " + numChars);
    }
  }

  /** Pays for so many repetitions of a text before they are made. */
  void repeated(long numChars, long times) {
    text(saturated(numChars, times));
  }

  /** The product of two numbers that are not negative, or the most that a long can be. */
  static long saturated(long a, long b) {
    return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
  }

  /** Pays for producing {@code numElements} before they are allocated. */
  void elements(long numElements) {
    spend(Math.max(0, numElements));
    step();
  }

  void enter() {
    if (++depth > limits.maxDepth()) {
      throw TemplateException.limit("nesting: expected at most " + limits.maxDepth() + " levels");
    }
  }

  void leave() {
    depth--;
  }
}
