package dev.fovea.server;

import dev.fovea.engine.EngineConfig;
import java.time.Duration;
import java.util.Locale;

/**
 * What a step takes on, as configured, else as suits the kind of device.
 *
 * @param chunkTokens tokens of one prompt at most
 * @param maxSequences sequences at most
 * @param target what prompts may take beside the decodes; zero: no bound
 */
record StepSettings(int chunkTokens, int maxSequences, Duration target) {
  private static final StepSettings CPU = new StepSettings(512, 16, Duration.ofMillis(50));
  private static final StepSettings GPU = new StepSettings(4096, 256, Duration.ofMillis(25));

  StepSettings {
    require("fovea.prefill-chunk", chunkTokens >= 1, "1 or more", chunkTokens);
    require("fovea.max-sequences", maxSequences >= 1, "1 or more", maxSequences);
    require("fovea.step-target", !target.isNegative(), "no negative time", target);
  }

  /**
   * @throws IllegalArgumentException with the setting that is out of its range
   */
  static StepSettings of(FoveaConfig config, boolean isGpu) {
    StepSettings usual = isGpu ? GPU : CPU;
    return new StepSettings(
        config.prefillChunk().orElse(usual.chunkTokens),
        config.maxSequences().orElse(usual.maxSequences),
        config.stepTarget().orElse(usual.target));
  }

  /** Tokens at most: a chunk of a prompt beside a token of every sequence. */
  int tokens() {
    return Math.addExact(chunkTokens, maxSequences);
  }

  EngineConfig engineConfig(FoveaConfig config) {
    return new EngineConfig(
        tokens(),
        chunkTokens,
        maxSequences,
        new EngineConfig.Queue(config.limits().maxWaiting(), config.limits().maxWaitingTokens()),
        target,
        config.prefixCache());
  }

  private static void require(String setting, boolean holds, String expected, Object got) {
    if (!holds) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected %s, got %s", setting, expected, got));
    }
  }
}
