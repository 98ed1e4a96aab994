package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fovea.engine.EngineConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepSettingsTest {
  private static EngineConfig engine(boolean isGpu, Map<String, String> settings) {
    FoveaConfig config = TestSettings.of(settings);
    return StepSettings.of(config, isGpu).engineConfig(config);
  }

  @Test
  void devicesDifferInWhatSuitsThem() {
    EngineConfig.Queue queue = new EngineConfig.Queue(256, 4_000_000);
    assertThat(engine(false, Map.of()))
        .isEqualTo(new EngineConfig(528, 512, 16, queue, Duration.ofMillis(50), true));
    assertThat(engine(true, Map.of()))
        .isEqualTo(new EngineConfig(4352, 4096, 256, queue, Duration.ofMillis(25), true));
  }

  @Test
  void whatIsSetHoldsOnEveryDevice() {
    Map<String, String> given =
        Map.of(
            "fovea.prefill-chunk", "100",
            "fovea.max-sequences", "7",
            "fovea.step-target", "0s",
            "fovea.prefix-cache", "false",
            "fovea.limits.max-waiting", "9");
    assertThat(engine(true, given))
        .isEqualTo(engine(false, given))
        .isEqualTo(
            new EngineConfig(
                107, 100, 7, new EngineConfig.Queue(9, 4_000_000), Duration.ZERO, false));
  }

  @ParameterizedTest
  @CsvSource({"fovea.prefill-chunk,0", "fovea.max-sequences,-1", "fovea.step-target,-PT1S"})
  void whatIsOutOfRangeIsNamed(String setting, String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine(false, Map.of(setting, value)))
        .withMessageContaining(setting + ": expected");
  }
}
