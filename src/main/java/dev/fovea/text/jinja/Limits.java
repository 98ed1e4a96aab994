package dev.fovea.text.jinja;

import java.time.Duration;

/**
 * What one rendering may use, so that a hostile template or text ends with {@link
 * TemplateException.Kind#LIMIT} instead of holding a thread or the heap.
 *
 * @param maxTextChars longest output and longest single string, in UTF-16 units; all texts that are
 *     made or looked at have sixteen times as many at most
 * @param maxSteps evaluated nodes, loop turns and produced elements; 64 characters cost one too
 * @param maxDepth nested expressions, statements and macro calls
 * @param deadline longest time, beside the steps: a machine under load is slower than they assume
 */
public record Limits(int maxTextChars, long maxSteps, int maxDepth, Duration deadline) {
  /** 4 Mi characters, four million steps, 600 levels, 1 s: far above any real conversation. */
  public static final Limits DEFAULT = new Limits(1 << 22, 4_000_000, 600, Duration.ofSeconds(1));

  public Limits {
    if (maxTextChars < 1 || maxSteps < 1 || maxDepth < 1 || deadline.isNegative()) {
      throw new IllegalArgumentException(
          "limits: expected all positive, got "
              + maxTextChars
              + ", "
              + maxSteps
              + ", "
              + maxDepth
              + ", "
              + deadline);
    }
  }
}
