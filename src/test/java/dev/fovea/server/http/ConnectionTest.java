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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes over a connection and is no request: answered in the API's shape, within its time. */
@QuarkusTest
@TestProfile(ConnectionTest.Impatient.class)
class ConnectionTest {
  private static final Duration HEADER_TIMEOUT = Duration.ofMillis(1200);
  private static final Duration IDLE_TIMEOUT = Duration.ofMillis(1200);
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
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
        Arguments.of(400, POST + "Content-Length: +2\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length: 0x2\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length: 2, 2\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        Arguments.of(400, POST + "Content-Length:\r\n\r\n"),
        Arguments.of(400, POST + "Transfer-Encoding: xchunked\r\n\r\n" + HEALTH),
        Arguments.of(400, POST + "Transfer-Encoding: identity\r\n\r\n" + HEALTH),
        Arguments.of(400, POST + "Transfer-Encoding:\r\n\r\n" + HEALTH),
        Arguments.of(400, POST + "Transfer-Encoding: chunked;q=1\r\n\r\n" + HEALTH),
        Arguments.of(400, POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(400, POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        Arguments.of(400, POST + CHUNKED + CHUNKED + "\r\n0\r\n\r\n"),
        Arguments.of(400, POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(400, POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(400, POST + "Transfer-Encoding: \u000bchunked\r\n\r\n" + HEALTH),
        Arguments.of(400, POST + CHUNKED + "\r\nfffffffffffffffff\r\n{}"),
        Arguments.of(400, POST + CHUNKED + "\r\n-2\r\n{}"),
        Arguments.of(400, POST + CHUNKED + "\r\n2;" + "a".repeat(30_000) + "\r\n{}"),
        Arguments.of(400, POST + CHUNKED + "\r\n2\r\n{}XX0\r\n\r\n"),
        Arguments.of(400, "POST /tokenize HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\nHost: localhost\n\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n"),
        Arguments.of(400, "GET /health HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        Arguments.of(400, "GET health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "GET ftp://a/health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "GET /health#x HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "G@T /health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(400, "GET /health\r\n\r\n"),
        Arguments.of(400, h2c("!!!!")),
        Arguments.of(400, h2c("AAMA")),
        Arguments.of(400, h2c("AAT_____")),
        Arguments.of(405, "CONNECT a:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(414, "GET /" + "a".repeat(30_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(
            431, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(30_000) + "\r\n\r\n"),
        Arguments.of(505, "GET /health http/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(505, "GET /health XTTP/1.1\r\nHost: localhost\r\n\r\n"),
        Arguments.of(505, "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("requestsThatAreNone")
  void hasTheOneErrorShapeAndEndsTheConnection(int status, String request) throws IOException {
    try (RawConnection socket = send(request)) {
      assertError(socket.readAnswer(), status);
      assertThat(socket.readToTheEnd()).as("nothing of it is taken for a request").isEmpty();
    }
    try (RawConnection socket = send(HEALTH)) {
      assertThat(socket.readAnswer()).startsWith("HTTP/1.1 200 ");
    }
  }

  /** Odd, but to be read in one way only. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABk\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      })
  void isServedAndKeepsTheConnection(String request) throws IOException {
    try (RawConnection socket = send(request)) {
      assertThat(socket.readAnswer()).startsWith("HTTP/1.").contains(" 200 OK", "ready");
      socket.write(HEALTH);
      assertThat(socket.readAnswer()).contains(" 200 OK", "ready");
    }
  }

  /** The decoder takes the first of them; the rest would be the next request. */
  @Test
  void severalLengthsOfHttp10EndTheConnection() throws IOException {
    String body = "{\"prompt\":[65],\"max_tokens\":1}";
    String head =
        "POST /v1/completions HTTP/1.0\r\nConnection: keep-alive\r\n"
            + "Content-Type: application/json\r\nContent-Length: %d\r\nContent-Length: 2\r\n\r\n";
    try (RawConnection socket =
        send(String.format(Locale.ROOT, head, body.length()) + body + HEALTH)) {
      assertThat(socket.readToTheEnd()).contains("text_completion").doesNotContain("ready");
    }
  }

  @ParameterizedTest
  @CsvSource({"404, OPTIONS, *", "405, FOO, /health", "405, TRACE, /health", "405, get, /health"})
  void aMethodThatIsNotAnsweredLeavesTheConnection(int status, String method, String target)
      throws IOException {
    try (RawConnection socket =
        send(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      assertError(socket.readAnswer(), status);
      socket.write(HEALTH);
      assertThat(socket.readAnswer()).contains(" 200 OK");
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

  private static String h2c(String settings) {
    return "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        + "Upgrade: h2c\r\nHTTP2-Settings: "
        + settings
        + "\r\n\r\n";
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
