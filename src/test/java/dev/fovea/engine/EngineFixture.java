package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.RejectedException.Reason;
import dev.fovea.model.SamplingParams;
import dev.fovea.model.StepRunner.Limits;
import java.util.concurrent.CountDownLatch;

/** Parts of the engine tests. */
final class EngineFixture {
  static final int VOCABULARY = 997;
  static final Limits LIMITS = new Limits(256, 16, 1024, 64, VOCABULARY);
  static final EngineConfig CONFIG =
      new EngineConfig(256, 64, 16, new EngineConfig.Queue(1000, 1_000_000));

  private EngineFixture() {}

  static Engine start(FakeStepRunner runner) {
    return Engine.start(runner, CONFIG, NanoClock.SYSTEM, EngineObserver.NONE);
  }

  /** Continues this prompt by 10 tokens. */
  static GenerationRequest prompt(int... ids) {
    return greedy(ids, 10);
  }

  /** Continues a prompt of three tokens. */
  static GenerationRequest greedy(int maxTokens) {
    return greedy(new int[] {1, 2, 3}, maxTokens);
  }

  static GenerationRequest greedy(int[] prompt, int maxTokens) {
    return new GenerationRequest(
        prompt, SamplingParams.GREEDY, new StopRules(maxTokens, 0, new int[0]));
  }

  static void assertRejected(Engine engine, GenerationRequest request, Reason reason) {
    assertThatThrownBy(() -> engine.submit(request, new Recorder()))
        .isInstanceOfSatisfying(
            RejectedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
