package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.DeviceMemory;
import dev.fovea.model.ModelLoader;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {
  private static final long GIB = 1L << 30;
  private static final ModelLoader.Inspection MODEL =
      ModelLoader.inspect(Path.of("src/main/models/fovea-mini"));

  private static long bytes(DeviceMemory device, Map<String, String> settings) {
    FoveaConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(FoveaConfig.class)
            .withSources(new PropertiesConfigSource(settings, "test", 1))
            .build()
            .getConfigMapping(FoveaConfig.class);
    return MemoryBudget.of(config, MODEL, Optional.of(device)).memoryBytes();
  }

  @Test
  void aDevicesShareCountsWhatOthersUse() {
    assertThat(bytes(new DeviceMemory(80 * GIB, 80 * GIB), Map.of())).isEqualTo(72 * GIB);
    assertThat(bytes(new DeviceMemory(70 * GIB, 80 * GIB), Map.of("fovea.memory-fraction", "0.5")))
        .isEqualTo(30 * GIB);
  }

  @Test
  void memoryForKeysAndValuesThatWasAskedForIsWhatTheyGet() {
    long small = bytes(new DeviceMemory(80 * GIB, 80 * GIB), Map.of("fovea.kv-memory", "1G"));
    assertThat(small).isGreaterThan(GIB).isLessThan(2 * GIB);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0.1", "1.01", "NaN"})
  void aShareThatIsNoneIsRefused(String share) {
    assertThatThrownBy(
            () -> bytes(new DeviceMemory(GIB, GIB), Map.of("fovea.memory-fraction", share)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fovea.memory-fraction");
  }
}
