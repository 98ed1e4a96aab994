package dev.fovea.server.cli;

import dev.fovea.server.FoveaConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The application's settings for the commands that do not start it. */
final class Settings {
  private static final int COMMAND_LINE_ORDINAL = 500;

  private Settings() {}

  /** The same keys, sources and defaults as the server's, below what the command line says. */
  static FoveaConfig with(Map<String, String> commandLine) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDefaultSources()
        .addDiscoveredConverters()
        .withMapping(FoveaConfig.class)
        .withSources(new PropertiesConfigSource(commandLine, "command line", COMMAND_LINE_ORDINAL))
        .build()
        .getConfigMapping(FoveaConfig.class);
  }
}
