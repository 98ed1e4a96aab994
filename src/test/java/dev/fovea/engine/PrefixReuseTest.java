package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.model.SamplingParams;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scheduler computes of prompts that begin as others did, counted in tokens of steps. */
class PrefixReuseTest {
  private static final int MAX_CONTEXT = 16_384;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void secondPromptComputesOnlyWhatIsNew(int maxInFlight) {
    Drive drive = drive(true, maxInFlight);
    drive.add(request(8192 + 10, 1, ""));
    assertThat(tokensUntilIdle(drive)).isEqualTo(8192 + 10 + 4);
    Sequence second = drive.add(request(8192 + 20, 2, ""));
    assertThat(tokensUntilIdle(drive)).isEqualTo(20 + 4);
    assertThat(second.cachedTokens()).isEqualTo(8192);
    drive.assertAllAsComputedAlone();
  }

  @Test
  void anEqualPromptComputesItsLastToken() {
    Drive drive = drive(true, 2);
    drive.add(request(640, 1, ""));
    tokensUntilIdle(drive);
    drive.add(request(640, 1, ""));
    assertThat(tokensUntilIdle(drive)).as("one page, for the token that draws").isEqualTo(64 + 4);
    int[] longer = Arrays.copyOf(request(640, 1, "").prompt(), 641);
    drive.add(EngineFixture.greedy(longer, 5));
    assertThat(tokensUntilIdle(drive)).isEqualTo(1 + 4);
    drive.assertAllAsComputedAlone();
  }

  @Test
  void saltsShareNothing() {
    Drive drive = drive(true, 2);
    for (String salt : new String[] {"", "a", "b"}) {
      Sequence sequence = drive.add(request(1000, 1, salt));
      assertThat(tokensUntilIdle(drive)).isEqualTo(1000 + 4);
      assertThat(sequence.cachedTokens()).isZero();
    }
    Sequence again = drive.add(request(1000, 1, "a"));
    drive.finish();
    assertThat(again.cachedTokens()).isEqualTo(960);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void outputsOfOnePromptComputeItOnceAndItsLastPageEach(int maxInFlight) {
    Drive drive = drive(true, maxInFlight);
    List<Sequence> outputs = drive.add(request(1000, 1, ""), 8);
    assertThat(tokensUntilIdle(drive)).isEqualTo(1000 + 7 * (1000 - 960) + 8 * 4);
    assertThat(outputs.get(0).cachedTokens()).isZero();
    assertThat(outputs.subList(1, 8)).allMatch(each -> each.cachedTokens() == 960);
    drive.assertAllAsComputedAlone();
  }

  @Test
  void withoutCacheEveryPromptIsComputed() {
    Drive drive = drive(false, 2);
    drive.add(request(1000, 1, ""), 3);
    assertThat(tokensUntilIdle(drive)).isEqualTo(3 * 1004);
    Sequence again = drive.add(request(1000, 1, ""));
    assertThat(tokensUntilIdle(drive)).isEqualTo(1004);
    assertThat(again.cachedTokens()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void preemptedSequenceComputesAgainWhatTheCacheHasLost(boolean prefixCache) {
    Drive drive = drive(prefixCache, 1);
    drive.add(request(30, 1, "", 100));
    Sequence victim = drive.add(request(1000, 2, "", 60));
    while (victim.state() != Sequence.State.DECODE || drive.scheduler.numWaiting() > 0) {
      drive.step();
    }
    drive.forcePreemption();
    assertThat(drive.scheduler.numPreemptions()).isEqualTo(1);
    assertThat(victim.state()).isNotEqualTo(Sequence.State.DECODE);
    int recomputed = 0;
    while (victim.state() != Sequence.State.DECODE) {
      Step step = drive.step();
      recomputed += step.batch().numTokens() - step.batch().numGenerated();
    }
    assertThat(recomputed).isBetween(prefixCache ? 1 : 1000, prefixCache ? 64 : 1060);
    drive.finish();
    drive.assertAllAsComputedAlone();
    assertThat(victim.cachedTokens()).as("as it was first admitted").isZero();
  }

  private static Drive drive(boolean prefixCache, int maxInFlight) {
    EngineConfig config =
        new EngineConfig(
            256, 200, 8, new EngineConfig.Queue(100, 1 << 20), Duration.ZERO, prefixCache);
    return new Drive(new Drive.Setup(config, MAX_CONTEXT, 300, PrefillTable.NONE, maxInFlight));
  }

  private static int tokensUntilIdle(Drive drive) {
    int computed = 0;
    while (drive.hasWork()) {
      computed += drive.step().batch().numTokens();
    }
    return computed;
  }

  private static GenerationRequest request(int numPrompt, int last, String salt) {
    return request(numPrompt, last, salt, 5);
  }

  /** Prompts of zeros but for their last 5 tokens; sampled, so that outputs differ. */
  private static GenerationRequest request(int numPrompt, int last, String salt, int maxTokens) {
    int[] prompt = new int[numPrompt];
    Arrays.fill(prompt, numPrompt - 5, numPrompt, last);
    SamplingParams sampling = new SamplingParams(1, 0, 1, 0, SamplingParams.Penalties.NONE, 7);
    return new GenerationRequest(
        prompt,
        sampling,
        new StopRules(maxTokens, 0, new int[0]),
        new GenerationRequest.Terms(salt, GenerationRequest.Deadlines.NONE));
  }
}
