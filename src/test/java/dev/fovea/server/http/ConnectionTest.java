package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes over a connection and is no request: answered in the API's shape, within its time. */
@QuarkusTest
@TestProfile(ConnectionTest.Impatient.class)
class ConnectionTest {
  private static final Duration HEADER_TIMEOUT = Duration.ofMillis(600);
  private static final Duration IDLE_TIMEOUT = Duration.ofMillis(900);
  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String POST =
      "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

  @TestHTTPResource URI base;

  /** Does not wait as long as the default. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "fovea.limits.header-timeout", HEADER_TIMEOUT.toString(),
          "fovea.limits.idle-timeout", IDLE_TIMEOUT.toString());
    }
  }

  static Stream<Arguments> requestsThatAreNone() {
    return Stream.of(
        Arguments.of(400, "GET /health HTTP/1.1\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: b\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: a b:c\r\n\r\n"),
        Arguments.of(400, "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "GET /v1/models/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "GET /health?%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n"),
        Arguments.of(400, "\u0000\u0001 nonsense\r\n\r\n"),
        Arguments.of(400, POST + "Content-Length: abc\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length: -1\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"),
        Arguments.of(400, POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Arguments.of(404, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(404, "CONNECT a:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(405, "FOO /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(414, "GET /" + "a".repeat(30_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(
            431, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(30_000) + "\r\n\r\n"),
        Arguments.of(505, "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("requestsThatAreNone")
  void hasTheOneErrorShape(int status, String request) throws IOException {
    try (RawConnection socket = send(request)) {
      assertError(socket.readAnswer(), status);
    }
    try (RawConnection socket = send(HEALTH)) {
      assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void nonsenseBehindAGoodRequestIsAnsweredAfterIt() throws IOException {
    String body = "{\"prompt\":[65,%d],\"max_tokens\":6}".formatted(ParrotRunner.SLOW);
    String good = POST + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body);
    try (RawConnection socket = send(good + "nonsense\r\n\r\n")) {
      String answers = socket.readToTheEnd();
      int second = answers.lastIndexOf("HTTP/1.1 ");
      assertThat(answers).startsWith("HTTP/1.1 200 ").contains("text_completion");
      assertError(answers.substring(second), 400);
    }
  }

  @Test
  void aHeadThatDoesNotEndIsCutOff() throws IOException {
    try (RawConnection socket = send("GET /health HTTP/1.1\r\nHost: localhost\r\nX: ")) {
      assertError(socket.readAnswer(), 408);
    }
    try (RawConnection socket = send(HEALTH)) {
      socket.readAnswer();
      socket.write("GET /health HTTP/1.1\r\n");
      assertError(socket.readAnswer(), 408);
    }
  }

  @Test
  void aConnectionWithoutARequestIsClosed() throws IOException {
    try (RawConnection silent = send("")) {
      assertThat(silent.readToTheEnd()).isEmpty();
    }
    try (RawConnection kept = send(HEALTH)) {
      long start = System.nanoTime();
      assertThat(kept.readToTheEnd()).startsWith("HTTP/1.1 200 ");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(IDLE_TIMEOUT.minusMillis(100), IDLE_TIMEOUT.plusSeconds(3));
    }
  }

  @Test
  void aBodyThatNobodyWaitsForHoldsNoConnection() throws IOException {
    try (RawConnection connection =
        send("POST /nope HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")) {
      assertThat(connection.readToTheEnd()).startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void aBodyThatBreaksAfterItsAnswerGetsNoSecondOne() throws IOException {
    try (RawConnection connection =
        send(
            "POST /nope HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")) {
      assertError(connection.readAnswer(), 404);
      connection.write("zz\r\n");
      assertThat(connection.readToTheEnd()).isEmpty();
    }
  }

  @Test
  void aLongAnswerIsNotIdleness() throws IOException {
    int numTokens = (int) (2 * IDLE_TIMEOUT.toMillis() / ParrotRunner.SLOW_MILLIS);
    String body = "{\"prompt\":[%d],\"max_tokens\":%d}".formatted(ParrotRunner.SLOW, numTokens);
    try (RawConnection socket = RawConnection.posting(base, Http.COMPLETIONS, body)) {
      assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ").contains("\"length\"");
    }
  }

  private static void assertError(String answer, int status) {
    assertThat(answer).startsWith("HTTP/1.1 %d ".formatted(status));
    String head = answer.substring(0, answer.indexOf("\r\n\r\n"));
    assertThat(head.toLowerCase(Locale.ROOT))
        .contains("content-type: application/json", "x-request-id: req-");
    JsonNode error = Http.parse(answer.substring(head.length())).get("error");
    assertThat(error.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(error.get("message").asText()).isNotBlank();
    assertThat(error.get("code").asText()).isNotBlank();
  }

  private RawConnection send(String request) throws IOException {
    RawConnection connection = RawConnection.to(base);
    connection.write(request);
    return connection;
  }
}
