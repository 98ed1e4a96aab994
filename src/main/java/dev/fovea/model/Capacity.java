package dev.fovea.model;

/**
 * What an operator asks a model to be prepared for.
 *
 * @param maxTokens packed tokens a step
 * @param maxSequences sequences a step
 * @param maxContext tokens a sequence; 0: the model's own limit, or less where memory is short
 * @param memoryBytes for weights, workspace and KV pages together
 */
public record Capacity(int maxTokens, int maxSequences, int maxContext, long memoryBytes) {
  public Capacity {
    require(maxTokens >= 1, "max tokens a step", maxTokens);
    require(maxSequences >= 1 && maxSequences <= maxTokens, "max sequences a step", maxSequences);
    require(maxContext >= 0, "max context", maxContext);
    require(memoryBytes >= 1, "memory", memoryBytes);
  }

  private static void require(boolean holds, String what, long got) {
    if (!holds) {
      throw new IllegalArgumentException(
          what + ": expected a positive number (sequences at most tokens), got " + got);
    }
  }
}
