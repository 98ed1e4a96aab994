package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.server.Http;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that fail on the way, and requests that are too many. */
@QuarkusTest
class FaultTest {
  private static final Executor THREADS = task -> new Thread(task).start();

  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @Test
  void failureBeforeTheFirstTokenIsAStatus() {
    for (boolean stream : new boolean[] {false, true}) {
      Http.Answer answer =
          http.post(
              Http.COMPLETIONS,
              "{\"prompt\":[%d,65],\"stream\":%b}".formatted(ParrotRunner.POISON, stream));
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.json().at("/error/code").asText()).isEqualTo("generation_failed");
      assertThat(answer.json().at("/error/type").asText()).isEqualTo("server_error");
    }
  }

  @Test
  void failureInAPlainAnswerIsAStatus() {
    Http.Answer answer =
        http.post(Http.COMPLETIONS, "{\"prompt\":[65,66,67,%d]}".formatted(ParrotRunner.POISON));
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("generation_failed");
  }

  /** Over HTTP/2 the connection is not the stream's alone. */
  @Test
  void failureInAStreamLeavesTheOthersOfItsConnection() {
    String body = "{\"prompt\":[65,%d,66,%d],\"stream\":true,\"max_tokens\":%d}";
    HttpClient client = HttpClient.newHttpClient();
    client.sendAsync(HttpRequest.newBuilder(base).build(), BodyHandlers.discarding()).join();
    CompletableFuture<HttpResponse<String>> other =
        client.sendAsync(
            post(body.formatted(ParrotRunner.SLOW, ParrotRunner.SLOW, 50)),
            BodyHandlers.ofString());
    HttpResponse<String> failed =
        client
            .sendAsync(
                post(body.formatted(ParrotRunner.SLOW, ParrotRunner.POISON, 50)),
                BodyHandlers.ofString())
            .join();
    assertThat(failed.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(failed.body()).contains("event: error\ndata: {\"error\"").doesNotContain("[DONE]");
    assertThat(other.join().body()).contains("[DONE]");
  }

  private HttpRequest post(String body) {
    return HttpRequest.newBuilder(base.resolve(Http.COMPLETIONS))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  @Test
  void failureInAStreamIsAnErrorEventAndACutConnection() throws IOException {
    String body =
        "{\"prompt\":[65,%d,66,%d],\"stream\":true}"
            .formatted(ParrotRunner.SLOW, ParrotRunner.POISON);
    String answer;
    try (RawConnection connection = RawConnection.posting(base, Http.COMPLETIONS, body)) {
      answer = connection.readToTheEnd();
    }
    assertThat(answer).startsWith("HTTP/1.1 200").contains("data: {").doesNotContain("[DONE]");
    assertThat(answer).containsPattern("event: error\ndata: \\{\"error\":\\{\"message\":");
    assertThat(answer).as("cut, not closed: no last chunk").doesNotEndWith("0\r\n\r\n");
    assertThatThrownBy(() -> http.post(Http.COMPLETIONS, body)).isInstanceOf(Exception.class);
  }

  @Test
  void aFullQueueIsAnsweredAtOnceWithRetryAfter() {
    String slow =
        "{\"prompt\":[%s65],\"max_tokens\":60}".formatted((ParrotRunner.SLOW + ",").repeat(9));
    List<CompletableFuture<Http.Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      answers.add(CompletableFuture.supplyAsync(() -> http.post(Http.COMPLETIONS, slow), THREADS));
    }
    List<Http.Answer> all = answers.stream().map(CompletableFuture::join).toList();

    assertThat(all).allMatch(answer -> answer.status() == 200 || answer.status() == 429);
    List<Http.Answer> refused = all.stream().filter(answer -> answer.status() == 429).toList();
    assertThat(refused).isNotEmpty().hasSizeLessThan(40);
    for (Http.Answer answer : refused) {
      assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 60);
      assertThat(Long.parseLong(answer.header("retry-after-ms"))).isBetween(1L, 60_000L);
      assertThat(answer.json().at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
      assertThat(answer.json().at("/error/type").asText()).isEqualTo("rate_limit_error");
    }
  }
}
