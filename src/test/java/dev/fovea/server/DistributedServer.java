package dev.fovea.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server process of the unpacked distribution on a free port; its output goes to ours. */
record DistributedServer(Process process, Http http) implements AutoCloseable {
  private static final int START_SECONDS = 60;

  /** Starts it and waits until it answers. */
  static DistributedServer start(Path model, String... options) throws Exception {
    int port = freePort();
    String program = Path.of(System.getProperty("fovea.test.distribution"), "bin/fovea").toString();
    List<String> command =
        new ArrayList<>(
            List.of(program, "serve", model.toString(), "--port", String.valueOf(port)));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).inheritIO().start();
    Http http = new Http(URI.create("http://127.0.0.1:" + port));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!isHealthy(http)) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        process.destroyForcibly();
        throw new AssertionError("the server did not start");
      }
      Thread.sleep(50);
    }
    return new DistributedServer(process, http);
  }

  private static boolean isHealthy(Http http) {
    try {
      return http.get("/health").status() == 200;
    } catch (UncheckedIOException notListening) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
