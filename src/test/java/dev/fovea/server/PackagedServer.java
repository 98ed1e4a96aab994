package dev.fovea.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code package} made, in a process of its own on a free port. */
record PackagedServer(Process process, URI base) implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("Listening on: (http://\\S+)");
  private static final int EXIT_SECONDS = 40;

  /** Starts the program as it is, with these arguments. */
  static Process run(String... args) throws IOException {
    return command(args).start();
  }

  /** Starts a server and waits until its port is open; its model may not be loaded yet. */
  static PackagedServer listening() throws IOException {
    return listening(command("serve", "--port", "0"));
  }

  /** As {@link #listening()}; when it is asked to end, it gives its clients so long. */
  static PackagedServer patient(String shutdownTimeout) throws IOException {
    ProcessBuilder command = command("serve", "--port", "0");
    command.environment().put("FOVEA_SHUTDOWN_TIMEOUT", shutdownTimeout);
    return listening(command);
  }

  /** The program as a user would call it, in a locale that has digits of its own. */
  static ProcessBuilder command(String... args) {
    Stream<String> program =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.language=ar",
            "-Duser.country=EG",
            "-jar",
            "target/quarkus-app/quarkus-run.jar");
    return new ProcessBuilder(Stream.concat(program, Stream.of(args)).toList());
  }

  /** As {@link #listening()}, of a command that serves. */
  static PackagedServer listening(ProcessBuilder command) throws IOException {
    Process process = command.start();
    try {
      return new PackagedServer(process, awaitListening(process));
    } catch (IOException | AssertionError e) {
      process.destroyForcibly();
      throw e;
    }
  }

  Http awaitReady() {
    Http http = new Http(base);
    Waiting.until("the model is ready", () -> http.get("/q/health/ready").status() == 200);
    return http;
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** The exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the server does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Reads the log up to the line with the address; the rest is read and dropped. */
  private static URI awaitListening(Process server) throws IOException {
    BufferedReader log =
        new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder read = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        Thread rest = new Thread(() -> drop(log), "drop-log");
        rest.setDaemon(true);
        rest.start();
        return URI.create(listening.group(1));
      }
      read.append(line).append('\n');
    }
    throw new AssertionError("the server did not start:\n" + read);
  }

  private static void drop(BufferedReader log) {
    try {
      log.transferTo(Writer.nullWriter());
    } catch (IOException closed) {
      return;
    }
  }
}
