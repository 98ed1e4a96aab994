package dev.fovea.bench;

import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.StopRules;
import dev.fovea.model.SamplingParams;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** What benchmarks of the engine's own cost ask for, and who listens. */
public final class EndlessRequests {
  private EndlessRequests() {}

  /** A sampled request with stop tokens that never come; prompts of other numbers differ. */
  public static GenerationRequest request(int number, int maxContext) {
    int[] prompt = new int[100];
    Arrays.fill(prompt, number);
    SamplingParams sampling =
        new SamplingParams(1, 0, 0.9f, 0, SamplingParams.Penalties.NONE, number);
    return new GenerationRequest(
        prompt, sampling, new StopRules(maxContext, 0, new int[] {1, 2, 3}));
  }

  /** A consumer that is there. */
  public record Counting(LongAdder delivered) implements GenerationListener {
    @Override
    public void onTokens(int[] ids) {
      delivered.add(ids.length);
    }

    @Override
    public void onEnd(Ending ending) {}
  }
}
