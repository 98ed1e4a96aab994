package dev.fovea.server.cli;

import dev.fovea.kernel.NativeProcess;
import dev.fovea.server.CheckpointSource;
import dev.fovea.server.ExitCode;
import dev.fovea.server.FoveaConfig;
import dev.fovea.server.TerminationSignals;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.smallrye.config.SmallRyeConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves. */
@Command(
    name = "serve",
    description = "Serves a model over HTTP, with a page at /.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = Logger.getLogger(ServeCommand.class);

  @Mixin private ModelOptions model = new ModelOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen on: 127.0.0.1 unless given; 0.0.0.0 for all.")
  private String host;

  @Option(names = "--port", paramLabel = "PORT", description = "8080 unless given.")
  private Integer port;

  @Option(
      names = "--max-waiting",
      paramLabel = "N",
      description = "Outputs that may wait to begin; one more is answered 429.")
  private Integer maxWaiting;

  @Spec private CommandSpec spec;

  /** What is wrong for certain is said before a port is opened. */
  @Override
  public Integer call() {
    Map<String, String> given = properties();
    SmallRyeConfig settings = Settings.all(given);
    CheckpointSource.check(settings.getConfigMapping(FoveaConfig.class));
    String trouble = listeningTrouble(settings);
    if (trouble != null) {
      spec.commandLine().getErr().println(trouble);
      return ExitCode.ADDRESS_UNUSABLE.code();
    }
    given.forEach(System::setProperty);
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      TerminationSignals.endAtOnce();
      NativeProcess.endOnOutOfMemory(ExitCode.OUT_OF_MEMORY.code()).ifPresent(LOG::debug);
    }
    Quarkus.run(null, ServeCommand::end);
    return ExitCode.OK.code();
  }

  /** A failure to start is one line: its trace says nothing to who called the command. */
  private static void end(int code, Throwable failure) {
    if (failure != null) {
      Throwable cause = failure;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      LOG.debug("not started", failure);
      System.err.println("the server cannot start: " + cause);
    }
    System.exit(code);
  }

  /** What was given, as configuration properties. */
  Map<String, String> properties() {
    Map<String, String> given = model.properties();
    ModelOptions.put(given, "quarkus.http.host", host);
    ModelOptions.put(given, "quarkus.http.port", port);
    ModelOptions.put(given, "fovea.limits.max-waiting", maxWaiting);
    return given;
  }

  /** Null: the address is free. */
  private static String listeningTrouble(SmallRyeConfig settings) {
    if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
      // A live reload finds the port open, by its own server.
      return null;
    }
    String host = settings.getValue("quarkus.http.host", String.class);
    int port = settings.getValue("quarkus.http.port", Integer.class);
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(host, port));
      return null;
    } catch (IOException | IllegalArgumentException e) {
      return String.format(
          Locale.ROOT,
          "cannot listen on %s, port %d: %s; choose another with --port or --host",
          host,
          port,
          e.getMessage());
    }
  }
}
