package dev.fovea.engine;

import java.util.Locale;

/**
 * When a request ends by itself. Stop strings are found where text is made, outside the engine,
 * which is then told by {@link Generation#stop()}.
 *
 * @param maxTokens output tokens at most, 1 or more
 * @param minTokens output tokens before any stop token may be drawn
 * @param stopTokenIds ids that end the output and are not part of it: the model's end tokens unless
 *     ignored, and the request's own
 */
public record StopRules(int maxTokens, int minTokens, int[] stopTokenIds) {
  public StopRules {
    if (maxTokens < 1) {
      throw new IllegalArgumentException("max_tokens: expected 1 or more, got " + maxTokens);
    }
    if (minTokens < 0 || minTokens > maxTokens) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "min_tokens: expected 0 to max_tokens (%d), got %d",
              maxTokens,
              minTokens));
    }
    stopTokenIds = stopTokenIds.clone();
  }
}
