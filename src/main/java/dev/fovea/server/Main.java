package dev.fovea.server;

import dev.fovea.server.cli.FoveaCommand;
import dev.fovea.server.process.ProcessSettings;
import dev.fovea.server.process.Utf8Locale;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Entry of the application: a command line whose default is to serve. */
@QuarkusMain
public final class Main {
  public static void main(String... args) {
    try {
      ProcessSettings.apply();
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(ExitCode.FAILURE.code());
    }
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      Utf8Locale.ensure(args);
    }
    int exitCode = FoveaCommand.run(args);
    if (exitCode != ExitCode.OK.code()) {
      System.exit(exitCode);
    }
  }
}
