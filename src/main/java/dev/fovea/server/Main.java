package dev.fovea.server;

import dev.fovea.server.cli.FoveaCommand;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Entry of the application: a command line whose default is to serve. */
@QuarkusMain
public final class Main {
  public static void main(String... args) {
    ProcessSettings.apply();
    int exitCode = FoveaCommand.run(args);
    if (exitCode != ExitCode.OK.code()) {
      System.exit(exitCode);
    }
  }
}
