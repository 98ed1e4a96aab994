package dev.fovea.server.cli;

import org.eclipse.microprofile.config.ConfigProvider;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class CommandVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version =
        ConfigProvider.getConfig().getValue("quarkus.application.version", String.class);
    return new String[] {"fovea " + version};
  }
}
