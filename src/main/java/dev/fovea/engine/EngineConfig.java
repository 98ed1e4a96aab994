package dev.fovea.engine;

import dev.fovea.model.StepRunner;
import java.time.Duration;
import java.util.Locale;

/**
 * How much an engine takes on.
 *
 * @param stepTokens tokens a step computes at most, over all sequences
 * @param chunkTokens tokens of one prompt a step computes at most, so that a long prompt never
 *     stalls the decodes beside it
 * @param maxSequences sequences that run at once
 * @param queue what may wait to run
 * @param stepTarget what the prompts of a step may take beside its decodes; zero: whatever {@code
 *     chunkTokens} take
 * @param prefixCache whether pages of prompts are kept for others that begin alike
 */
public record EngineConfig(
    int stepTokens,
    int chunkTokens,
    int maxSequences,
    Queue queue,
    Duration stepTarget,
    boolean prefixCache) {

  /** Without a bound of time, with the prefix cache. */
  public EngineConfig(int stepTokens, int chunkTokens, int maxSequences, Queue queue) {
    this(stepTokens, chunkTokens, maxSequences, queue, Duration.ZERO, true);
  }

  public EngineConfig {
    requirePositive("step-tokens", stepTokens);
    requirePositive("chunk-tokens", chunkTokens);
    requirePositive("max-sequences", maxSequences);
    if (maxSequences > stepTokens) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "max-sequences: expected at most step-tokens (%d), as each running sequence computes one, got %d",
              stepTokens,
              maxSequences));
    }
  }

  /**
   * Bounds of what has been submitted and has not begun to run.
   *
   * @param maxRequests waiting requests
   * @param maxTokens prompt tokens of all waiting requests; one request alone is never refused
   */
  public record Queue(int maxRequests, long maxTokens) {
    public Queue {
      requirePositive("max-queued-requests", maxRequests);
      requirePositive("max-queued-tokens", maxTokens);
    }
  }

  /** This configuration, cut down to what a device was prepared for. */
  EngineConfig within(StepRunner.Limits limits) {
    int tokens = Math.min(stepTokens, limits.maxTokens());
    int sequences = Math.min(tokens, Math.min(maxSequences, limits.maxSequences()));
    return new EngineConfig(
        tokens, Math.min(tokens, chunkTokens), sequences, queue, stepTarget, prefixCache);
  }

  private static void requirePositive(String name, long got) {
    if (got < 1) {
      throw new IllegalArgumentException(name + ": expected 1 or more, got " + got);
    }
  }
}
