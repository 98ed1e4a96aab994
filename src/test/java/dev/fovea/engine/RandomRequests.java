package dev.fovea.engine;

import dev.fovea.model.SamplingParams;
import java.util.Random;

/**
 * Draws requests of every kind: greedy and seeded, penalized or not, with and without stop tokens.
 *
 * @param maxPrompt tokens of a prompt at most
 * @param maxOutput tokens of an output at most
 */
record RandomRequests(Random random, int vocabulary, int maxPrompt, int maxOutput) {

  GenerationRequest next() {
    int[] prompt = random.ints(1 + random.nextInt(maxPrompt), 0, vocabulary).toArray();
    return new GenerationRequest(prompt, sampling(), stop());
  }

  private SamplingParams sampling() {
    boolean isGreedy = random.nextBoolean();
    SamplingParams.Penalties penalties =
        random.nextInt(4) == 0
            ? new SamplingParams.Penalties(1.1f, 0, 0.5f)
            : SamplingParams.Penalties.NONE;
    long seed = isGreedy ? 0 : random.nextLong();
    return new SamplingParams(isGreedy ? 0 : 0.8f, 0, 1, 0, penalties, seed);
  }

  private StopRules stop() {
    int maxTokens = 1 + random.nextInt(maxOutput);
    int minTokens = random.nextBoolean() ? 0 : random.nextInt(maxTokens + 1);
    return new StopRules(maxTokens, minTokens, random.ints(2, 0, vocabulary).toArray());
  }
}
