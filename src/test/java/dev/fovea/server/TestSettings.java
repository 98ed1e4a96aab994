package dev.fovea.server;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The application's settings of a test, without those of the environment. */
public final class TestSettings {
  private TestSettings() {}

  public static FoveaConfig of(Map<String, String> given) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(FoveaConfig.class)
        .withSources(new PropertiesConfigSource(given, "test", 1))
        .build()
        .getConfigMapping(FoveaConfig.class);
  }
}
