package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.Http;
import dev.fovea.server.ParrotRunner;
import io.netty.handler.codec.http2.Http2Error;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 connections have the limits that HTTP/1 connections have, and one on their streams. */
@QuarkusTest
@TestProfile(Http2Test.Impatient.class)
class Http2Test {
  private static final Duration HEADER_TIMEOUT = Duration.ofMillis(600);
  private static final Duration IDLE_TIMEOUT = Duration.ofMillis(1500);
  private static final Duration PATIENCE = Duration.ofMillis(800);
  private static final int MAX_STREAMS = 20;
  private static final String ENDLESS =
      "{\"prompt\":[65,66,%d],\"max_tokens\":400,\"stream\":true}"
          .replace("%d", "" + ParrotRunner.SLOW);

  @TestHTTPResource URI base;

  /** Does not wait as long as the default. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "fovea.limits.header-timeout", HEADER_TIMEOUT.toString(),
          "fovea.limits.idle-timeout", IDLE_TIMEOUT.toString(),
          "fovea.limits.reader-patience", PATIENCE.toString(),
          "fovea.limits.max-streams", Integer.toString(MAX_STREAMS));
    }
  }

  @Test
  void streamsBeyondTheLimitAreRefusedAloneAndBeforeTheClientHasConfirmedIt() throws IOException {
    try (RawHttp2 client = RawHttp2.to(base)) {
      for (int i = 0; i < MAX_STREAMS; i++) {
        client.post(1 + 2 * i, Http.COMPLETIONS, null);
      }
      int beyond = 1 + 2 * MAX_STREAMS;
      client.get(beyond, "/health");
      RawHttp2.Frame reset = client.answer(beyond).end();
      assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
      assertThat(reset.errorCode()).isEqualTo((int) Http2Error.REFUSED_STREAM.code());

      client.send(
          RawHttp2.DATA,
          RawHttp2.END_STREAM,
          1,
          "{\"prompt\":[65]}".getBytes(StandardCharsets.UTF_8));
      assertThat(client.answer(1).status()).isEqualTo(200);
      client.get(beyond + 2, "/health");
      assertThat(client.answer(beyond + 2).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 24})
  void aPrefaceThatDoesNotEndIsCutOff(int length) throws IOException {
    try (RawHttp2 client = RawHttp2.silent(base)) {
      client.write(Arrays.copyOf(RawHttp2.PREFACE.getBytes(StandardCharsets.US_ASCII), length));
      assertEnds(client, HEADER_TIMEOUT);
    }
  }

  @Test
  void aHeadThatDoesNotEndIsCutOffWhateverGoesOnBesideIt() throws IOException {
    try (RawHttp2 client = RawHttp2.to(base)) {
      client.post(1, Http.COMPLETIONS, ENDLESS);
      client.send(RawHttp2.HEADERS, RawHttp2.END_STREAM, 3, client.head("GET", "/health"));
      assertEnds(client, HEADER_TIMEOUT);
    }
    try (RawHttp2 client = RawHttp2.to(base)) {
      client.write(Arrays.copyOf(RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]), 12));
      assertEnds(client, HEADER_TIMEOUT);
    }
  }

  @Test
  void aConnectionWithoutStreamsIsClosedHoweverOftenItPings() throws Exception {
    try (RawHttp2 client = RawHttp2.to(base)) {
      client.get(1, "/health");
      assertThat(client.answer(1).status()).isEqualTo(200);
      Thread pinging = new Thread(() -> ping(client));
      pinging.start();
      assertEnds(client, IDLE_TIMEOUT);
      pinging.join();
    }
  }

  private static void ping(RawHttp2 client) {
    try {
      while (true) {
        client.send(RawHttp2.PING, 0, 0, new byte[8]);
        Thread.sleep(50);
      }
    } catch (IOException | InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private static void assertEnds(RawHttp2 client, Duration after) {
    long start = System.nanoTime();
    client.goodbye();
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(after.minusMillis(200), after.plusSeconds(4));
  }

  @Test
  void aBodyThatNobodyWaitsForHoldsNoStream() throws IOException {
    try (RawHttp2 client = RawHttp2.to(base)) {
      client.post(1, "/nope", null);
      client.post(3, Http.COMPLETIONS, ENDLESS);
      assertThat(client.answer(1).status()).isEqualTo(404);
      RawHttp2.Frame reset = client.answer(1).end();
      assertThat(reset.type()).isEqualTo(RawHttp2.RST_STREAM);
      assertThat(reset.errorCode()).isEqualTo((int) Http2Error.NO_ERROR.code());
    }
  }

  static Stream<Arguments> floods() {
    byte[] ping = RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]);
    byte[] settings = RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]);
    byte[] priority = RawHttp2.frame(2, 0, 1, new byte[] {0, 0, 0, 0, 1});
    return Stream.of(
        flood("PING", i -> ping),
        flood("SETTINGS", i -> settings),
        flood("PRIORITY", i -> priority),
        flood("an unknown type", i -> RawHttp2.frame(0x42, 0, 0, new byte[0])),
        flood("RST_STREAM", i -> RawHttp2.frame(RawHttp2.RST_STREAM, 0, 1, new byte[4])),
        flood("CONTINUATION", i -> RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0])));
  }

  private static Arguments flood(String name, IntFunction<byte[]> frames) {
    return Arguments.of(name, frames);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void floodsOfFramesThatAskForNothingEndTheConnection(String name, IntFunction<byte[]> frames)
      throws IOException {
    ByteArrayOutputStream flood = new ByteArrayOutputStream();
    for (int i = 0; i < 1500; i++) {
      flood.writeBytes(frames.apply(i));
    }
    try (RawHttp2 client = RawHttp2.to(base)) {
      boolean isOpenHead = name.equals("CONTINUATION");
      client.send(
          RawHttp2.HEADERS,
          isOpenHead ? 0 : RawHttp2.END_HEADERS,
          1,
          client.head("POST", Http.COMPLETIONS));
      client.write(flood.toByteArray());
      client.goodbye();
    }
    assertThat(new Http(base).get("/health").status()).isEqualTo(200);
  }

  @Test
  void manyRequestsThatAreTakenBackAtOnceEndTheConnection() throws IOException {
    try (RawHttp2 client = RawHttp2.to(base)) {
      for (int i = 0; i < 1000; i++) {
        client.get(1 + 2 * i, "/health");
        client.send(RawHttp2.RST_STREAM, 0, 1 + 2 * i, new byte[4]);
      }
      client.goodbye();
    } catch (IOException cut) {
      assertThat(cut).hasMessageMatching("(?i).*(reset|broken pipe|closed).*");
    }
    assertThat(new Http(base).get("/health").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/metrics", "/", "/q/openapi"})
  void anAnswerThatIsNotReadIsTakenBackAndItsNeighboursAreNot(String path) throws IOException {
    try (RawHttp2 client = RawHttp2.withWindow(base, 0)) {
      client.get(1, path);
      RawHttp2.Answer answer = client.answer(1);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.end().type()).isEqualTo(RawHttp2.RST_STREAM);
      client.send(8, 0, 0, new byte[] {0, 1, 0, 0});
      client.get(3, "/health");
      client.send(8, 0, 3, new byte[] {0, 1, 0, 0});
      assertThat(client.answer(3).body()).contains("ready");
    }
  }

  @Test
  void headersBeyondTheLimitAreRefusedInTheOneErrorShape() throws IOException {
    try (RawHttp2 client = RawHttp2.to(base)) {
      String[] many = new String[16];
      for (int i = 0; i < many.length; i += 2) {
        many[i] = "x-" + i;
        many[i + 1] = Integer.toString(i).repeat(3000);
      }
      byte[] head = client.head("GET", "/health", many);
      int half = head.length / 2;
      client.send(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, Arrays.copyOf(head, half));
      client.send(
          RawHttp2.CONTINUATION,
          RawHttp2.END_HEADERS,
          1,
          Arrays.copyOfRange(head, half, head.length));
      RawHttp2.Answer answer = client.answer(1);
      assertThat(answer.status()).isEqualTo(431);
      assertThat(answer.body()).contains("\"invalid_request_error\"");

      client.send(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
          3,
          client.head("GET", "/health", "x-a", "b\r\nx-request-id: c"));
      assertThat(client.answer(3).status()).isEqualTo(400);
    }
  }

  /**
   * As the JDK's client does it unless it is told not to; the upgraded connection has the limits.
   */
  @Test
  void anUpgradeIsServed() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(base.resolve(Http.COMPLETIONS))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":[65],\"max_tokens\":2}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.body()).contains("text_completion");
    }
  }
}
