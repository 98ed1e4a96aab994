package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.EngineStatus;
import dev.fovea.server.Http;
import dev.fovea.server.ModelService;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import dev.fovea.server.TestModelSource;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Until when a request is worth an answer: its own word within the server's. */
@QuarkusTest
@TestProfile(DeadlineTest.Bounded.class)
class DeadlineTest {
  private static final Duration QUEUE_BOUND = Duration.ofMillis(1500);
  private static final Duration TOTAL_BOUND = Duration.ofSeconds(3);

  /** Takes 8 seconds where nobody stops it. */
  private static final String ENDLESS =
      "\"prompt\":[%d],\"max_tokens\":400".formatted(ParrotRunner.SLOW);

  @TestHTTPResource URI base;
  @Inject ModelService models;
  private Http http;

  /** With bounds of both times. */
  public static final class Bounded implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "fovea.limits.queue-timeout", QUEUE_BOUND.toString(),
          "fovea.limits.request-timeout", TOTAL_BOUND.toString());
    }
  }

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @AfterEach
  void nothingIsLeft() {
    Waiting.until(
        "all pages are free", () -> load().running() + load().waiting() + load().usedPages() == 0);
  }

  @ParameterizedTest
  @CsvSource({"0.4, 400", "null, 3000"})
  void aPlainAnswerThatTakesTooLongIsA504(String asked, long millis) {
    long start = System.nanoTime();
    Http.Answer answer =
        http.post(Http.COMPLETIONS, "{%s,\"total_timeout\":%s}".formatted(ENDLESS, asked));

    assertThat(answer.status()).as(answer.text()).isEqualTo(504);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("request_timeout");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(millis), Duration.ofMillis(millis + 2500));
  }

  @Test
  void aStreamThatTakesTooLongEndsWithAnErrorEvent() throws IOException {
    String body =
        "{\"prompt\":[65,%d],\"max_tokens\":400,\"stream\":true,\"n\":2,\"total_timeout\":0.5}"
            .formatted(ParrotRunner.SLOW);
    String answer;
    try (RawConnection connection = RawConnection.posting(base, Http.COMPLETIONS, body)) {
      answer = connection.readToTheEnd();
    }

    assertThat(answer).startsWith("HTTP/1.1 200").contains("data: {").doesNotContain("[DONE]");
    assertThat(answer).containsOnlyOnce("event: error\n").contains("request_timeout");
  }

  @ParameterizedTest
  @CsvSource({"0.3, 300", "null, 1500"})
  void waitingForTooLongIsA503(String asked, long millis) throws IOException {
    // One request alone would make way for another.
    String busy = "{%s,\"n\":%d}".formatted(ENDLESS, TestModelSource.MAX_SEQUENCES / 2);
    try (RawConnection others = RawConnection.posting(base, Http.COMPLETIONS, busy);
        RawConnection more = RawConnection.posting(base, Http.COMPLETIONS, busy)) {
      Waiting.until("no place is free", () -> load().running() == TestModelSource.MAX_SEQUENCES);
      assertThat(others.socket().isClosed() || more.socket().isClosed()).isFalse();
      long start = System.nanoTime();
      Http.Answer answer =
          http.post(
              Http.COMPLETIONS,
              "{\"prompt\":\"abc\",\"stream\":true,\"queue_timeout\":%s}".formatted(asked));

      assertThat(answer.status()).as(answer.text()).isEqualTo(503);
      assertThat(answer.json().at("/error/code").asText()).isEqualTo("queue_timeout");
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(millis), Duration.ofMillis(millis + 2500));
    }
  }

  @ParameterizedTest
  @CsvSource({"queue_timeout, 1.6, 1.5", "total_timeout, 4, 3"})
  void nobodyGetsMoreThanTheServerGives(String field, String asked, String bound) {
    Http.Answer answer =
        http.post(Http.COMPLETIONS, "{\"prompt\":\"a\",\"%s\":%s}".formatted(field, asked));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(field);
    assertThat(answer.json().at("/error/message").asText())
        .contains("at most " + bound, "got " + asked);
  }

  @Test
  void whatIsInTimeIsAnswered() {
    String body = "{\"prompt\":\"abc\",\"max_tokens\":6,\"queue_timeout\":1.5,\"total_timeout\":3}";
    assertThat(http.post(Http.COMPLETIONS, body).json().at("/choices/0/text").asText())
        .isEqualTo("abcabc");
  }

  private EngineStatus.Load load() {
    return models.require().engine().status().load();
  }
}
