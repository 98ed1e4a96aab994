package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.EngineStatus;
import dev.fovea.server.Http;
import dev.fovea.server.ModelService;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
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
  @Inject OpenRequests openRequests;

  @AfterEach
  void nothingIsLeft() {
    assertThat(openRequests.awaitOpen(Duration.ofSeconds(5))).as("a shutdown would wait").isTrue();
    Waiting.until(
        "no sequence holds pages", () -> load().running() == 0 && load().usedPages() == 0);
  }

  @Test
  void closingAStreamEndsTheGeneration() throws IOException {
    try (RawConnection connection = post(true)) {
      connection.readUntil("data: ");
      assertThat(load().running()).isEqualTo(1);
    }
    Waiting.until("the generation is cancelled", () -> load().running() == 0);
  }

  @Test
  void closingBeforeAPlainAnswerEndsTheGeneration() throws IOException {
    try (RawConnection connection = post(false)) {
      Waiting.until("the generation runs", () -> load().running() == 1);
      assertThat(connection.socket().getInputStream().available()).isZero();
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

  private RawConnection post(boolean stream) throws IOException {
    return RawConnection.posting(
        base,
        Http.COMPLETIONS,
        "{\"prompt\":%s,\"max_tokens\":400,\"stream\":%b}".formatted(SLOW_PROMPT, stream));
  }

  private EngineStatus.Load load() {
    return models.require().engine().status().load();
  }
}
