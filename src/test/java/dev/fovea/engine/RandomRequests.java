package dev.fovea.engine;

import dev.fovea.model.SamplingParams;
import java.util.Arrays;
import java.util.Random;

/**
 * Draws requests of every kind: greedy and seeded, penalized or not, with and without stop tokens,
 * under a few salts.
 *
 * @param maxPrompt tokens of a prompt at most
 * @param maxOutput tokens of an output at most
 */
record RandomRequests(Random random, int vocabulary, int maxPrompt, int maxOutput) {

  private static final String[] SALTS = {"", "a", "b"};

  GenerationRequest next() {
    return with(random.ints(1 + random.nextInt(maxPrompt), 0, vocabulary).toArray());
  }

  /** One whose prompt begins as others do that this draws; some share under a salt only. */
  GenerationRequest nextAlike() {
    int[] prompt = random.ints(1 + random.nextInt(maxPrompt), 0, vocabulary).toArray();
    Arrays.fill(prompt, 0, random.nextInt(prompt.length), random.nextInt(2));
    return with(prompt);
  }

  private GenerationRequest with(int[] prompt) {
    GenerationRequest.Terms terms =
        new GenerationRequest.Terms(
            SALTS[random.nextInt(SALTS.length)], GenerationRequest.Deadlines.NONE);
    return new GenerationRequest(prompt, sampling(), stop(), terms);
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
