package dev.fovea.server.cli;

import dev.fovea.server.ExitCode;
import io.quarkus.runtime.Quarkus;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves. */
@Command(
    name = "serve",
    description = "Serves a model over HTTP, with a page at /.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
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
      description = "Requests that may wait; one more is answered 429.")
  private Integer maxWaiting;

  @Override
  public Integer call() {
    model.properties().forEach(System::setProperty);
    set("quarkus.http.host", host);
    set("quarkus.http.port", port);
    set("fovea.limits.max-waiting", maxWaiting);
    Quarkus.run();
    return ExitCode.OK.code();
  }

  private static void set(String key, Object value) {
    if (value != null) {
      System.setProperty(key, value.toString());
    }
  }
}
