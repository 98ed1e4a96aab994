package dev.fovea.engine;

import dev.fovea.model.SamplingParams;
import java.util.Locale;

/**
 * A prompt to continue.
 *
 * @param prompt token ids, at least one, each inside the vocabulary; copied when submitted
 * @param terms what the client has a say in beside the text
 */
public record GenerationRequest(
    int[] prompt, SamplingParams sampling, StopRules stop, Terms terms) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt: expected at least one token, got none");
    }
  }

  public GenerationRequest(int[] prompt, SamplingParams sampling, StopRules stop) {
    this(prompt, sampling, stop, Terms.NONE);
  }

  /**
   * @param cacheSalt the prefix cache is shared among requests of the same salt only; empty: among
   *     all that have none
   * @param deadlines until when it is worth an answer
   */
  public record Terms(String cacheSalt, Deadlines deadlines) {
    public static final Terms NONE = new Terms("", Deadlines.NONE);
  }

  /**
   * Counted from submission; 0: none.
   *
   * @param queueNanos by then its first step must have begun
   * @param totalNanos by then its output must be complete
   */
  public record Deadlines(long queueNanos, long totalNanos) {
    public static final Deadlines NONE = new Deadlines(0, 0);

    public Deadlines {
      if (queueNanos < 0 || totalNanos < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "deadlines: expected 0 or more ns, got %d and %d",
                queueNanos,
                totalNanos));
      }
    }
  }
}
