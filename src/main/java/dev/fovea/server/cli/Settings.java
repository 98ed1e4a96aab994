package dev.fovea.server.cli;

import dev.fovea.server.FoveaConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** The application's settings, for the commands that do not start it, or not yet. */
final class Settings {
  private static final int COMMAND_LINE_ORDINAL = 500;
  private static final int APPLICATION_ORDINAL = 250;

  private Settings() {}

  /** The same keys, sources and defaults as the server's, below what the command line says. */
  static SmallRyeConfig all(Map<String, String> commandLine) {
    try {
      return new SmallRyeConfigBuilder()
          .addDefaultInterceptors()
          .addDefaultSources()
          .addDiscoveredConverters()
          .withMapping(FoveaConfig.class)
          .withSources(
              new PropertiesConfigSource(
                  Settings.class.getResource("/application.properties"), APPLICATION_ORDINAL),
              new PropertiesConfigSource(commandLine, "command line", COMMAND_LINE_ORDINAL))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those of ours. */
  static FoveaConfig with(Map<String, String> commandLine) {
    return all(commandLine).getConfigMapping(FoveaConfig.class);
  }
}
