package dev.fovea.server.cli;

import dev.fovea.server.Version;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class CommandVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"fovea " + Version.ofThis()};
  }
}
