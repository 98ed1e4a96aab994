package dev.fovea.text.jinja;

import java.util.Locale;

/**
 * What one rendering may use, so that a hostile template ends with {@link
 * TemplateException.Kind#LIMIT} instead of holding a thread or the heap.
 *
 * @param maxTextChars longest output and longest single string, in UTF-16 units
 * @param maxSteps evaluated nodes, loop turns and produced elements; long strings cost more
 * @param maxDepth nested expressions, statements and macro calls
 */
public record Limits(int maxTextChars, long maxSteps, int maxDepth) {
  /** 1 MiB of text, half a million steps, 600 levels: far above any real conversation. */
  public static final Limits DEFAULT = new Limits(1 << 20, 500_000, 600);

  public Limits {
    if (maxTextChars < 1 || maxSteps < 1 || maxDepth < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "limits: expected all positive, got %d, %d, %d",
              maxTextChars,
              maxSteps,
              maxDepth));
    }
  }
}
