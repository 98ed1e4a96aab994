package dev.fovea.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** What a process that has ended left behind. */
record Ended(int exitCode, String out, String err) {

  /** Runs a command that writes a few lines only, so that no pipe fills while the other is read. */
  static Ended of(ProcessBuilder command, String input) throws IOException, InterruptedException {
    Process process = command.start();
    try {
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), out, err);
    } finally {
      process.destroyForcibly();
    }
  }
}
