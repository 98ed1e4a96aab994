package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.TestSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionLimitsTest {
  private static final String TOTAL = "fovea.limits.max-connections";
  private static final String PER_ADDRESS = "fovea.limits.max-connections-per-address";

  @ParameterizedTest
  @ValueSource(longs = {64, 200, 900, 20_000, 1_000_000})
  void whatIsNotSetFitsTheDescriptorsWithRoomForOtherFiles(long free) {
    ConnectionLimits limits = of(Map.of(), free);
    assertThat(limits.total() + limits.reserve()).isPositive().isLessThan((int) (free * 0.9));
    assertThat(limits.perAddress()).isLessThan(limits.total());
    assertThat(limits.total()).isLessThanOrEqualTo(10_000);
  }

  @Test
  void mostOfTheDescriptorsAreForConnections() {
    assertThat(of(Map.of(), 900).total()).isGreaterThan(700);
  }

  @Test
  void whatIsSetCounts() {
    assertThat(of(Map.of(TOTAL, "10", PER_ADDRESS, "4"), 900))
        .extracting(ConnectionLimits::total, ConnectionLimits::perAddress)
        .containsExactly(10, 4);
    assertThat(of(Map.of(TOTAL, "10"), 900).perAddress()).isEqualTo(8);
    assertThat(of(Map.of(TOTAL, "10", PER_ADDRESS, "99"), 900).perAddress()).isEqualTo(10);
  }

  private static ConnectionLimits of(Map<String, String> given, long free) {
    return ConnectionLimits.of(TestSettings.of(given).limits(), free);
  }
}
