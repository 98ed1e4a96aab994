package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.EngineStatus;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that goes away, streaming or not, leaves nothing running. */
@QuarkusTest
class DisconnectTest {
  /** Every token takes a while: 400 of them are 8 seconds. */
  private static final String SLOW_PROMPT =
      Arrays.stream(new int[8])
          .mapToObj(i -> Integer.toString(ParrotRunner.SLOW))
          .collect(Collectors.joining(",", "[65,", "]"));

  @TestHTTPResource URI base;
  @Inject ModelService models;

  @AfterEach
  void nothingIsLeft() {
    Waiting.until(
        "no sequence holds pages", () -> load().running() == 0 && load().usedPages() == 0);
  }

  @Test
  void closingAStreamEndsTheGeneration() throws IOException {
    try (Socket socket = post(true)) {
      readUntil(socket.getInputStream(), "data: ");
      assertThat(load().running()).isEqualTo(1);
    }
    Waiting.until("the generation is cancelled", () -> load().running() == 0);
  }

  @Test
  void closingBeforeAPlainAnswerEndsTheGeneration() throws IOException {
    try (Socket socket = post(false)) {
      Waiting.until("the generation runs", () -> load().running() == 1);
      assertThat(socket.getInputStream().available()).isZero();
    }
    Waiting.until("the generation is cancelled", () -> load().running() == 0);
  }

  @Test
  void closingAtOnceEndsTheGeneration() throws IOException {
    for (int i = 0; i < 10; i++) {
      post(i % 2 == 0).close();
    }
    long[] busyNanos = {System.nanoTime()};
    Waiting.until(
        "nothing has run for a second",
        () -> {
          if (load().running() + load().waiting() > 0) {
            busyNanos[0] = System.nanoTime();
          }
          return System.nanoTime() - busyNanos[0] > 1_000_000_000L;
        });
  }

  private Socket post(boolean stream) throws IOException {
    String body = "{\"prompt\":%s,\"max_tokens\":400,\"stream\":%b}".formatted(SLOW_PROMPT, stream);
    Socket socket = new Socket(base.getHost(), base.getPort());
    String request =
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void readUntil(InputStream in, String wanted) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(wanted) < 0) {
      int next = in.read();
      assertThat(next).as("stream ended after: " + seen).isNotNegative();
      seen.append((char) next);
    }
  }

  private EngineStatus.Load load() {
    return models.require().engine().status().load();
  }
}
