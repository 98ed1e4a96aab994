package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.TestModelSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in: a typed error goes out, and the next request is served. */
@QuarkusTest
class BadInputTest {
  private static final String GOOD = "{\"prompt\":\"abc\",\"max_tokens\":3}";

  /** Class names, stack frames, file paths and addresses. */
  private static final Pattern LEAK =
      Pattern.compile(
          "\\bat [a-z]+\\.|[a-z]+\\.[a-z]+\\.[A-Z]\\w+|Exception|\\.java|/[a-z]+/[a-z]+/|0x[0-9a-f]");

  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @AfterEach
  void theNextRequestIsServed() {
    Http.Answer answer = http.post(Http.COMPLETIONS, GOOD);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/choices/0/text").asText()).isEqualTo("abc");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"prompt\":",
        "nonsense",
        "[]",
        "5",
        "null",
        "\"prompt\"",
        "{\"prompt\":\"a\"} trailing",
        "{\"prompt\":\"a\"}{}",
        "{\"prompt\":\"a\",\"prompt\":\"b\"}",
        "{\"prompt\":\"a\",\"stream_options\":{\"x\":1,\"x\":2}}",
        "{\"prompt\":\"a\",\"temperature\":NaN}",
        "{\"prompt\":\"a\",\"temperature\":Infinity}",
        "{\"prompt\":\"a\",\"temperature\":-Infinity}",
        "{'prompt':'a'}",
        "{\"prompt\":\"a\",}",
        "{\"prompt\":\"a\n\"}",
        "{\"prompt\":\"a\",\"max_tokens\":01}",
        "{\"prompt\":\"\\x\"}",
      })
  void malformedJson(String body) {
    assertError(http.post(Http.COMPLETIONS, body), 400, "invalid_json", null);
    assertError(http.post(Http.CHAT, body), 400, "invalid_json", null);
  }

  @Test
  void invalidUtf8() {
    byte[] body = "{\"prompt\":\"aXb\"}".getBytes(StandardCharsets.UTF_8);
    for (int bad : new int[] {0xff, 0xc0, 0x80, 0xed}) {
      byte[] broken = body.clone();
      broken[12] = (byte) bad;
      assertError(http.post(Http.COMPLETIONS, broken), 400, "invalid_json", null);
    }
  }

  @Test
  void deepJson() {
    String deep = "{\"prompt\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    assertError(http.post(Http.COMPLETIONS, deep), 400, "invalid_json", null);
  }

  @Test
  void absurdlyLongNumber() {
    String body = "{\"prompt\":\"a\",\"seed\":" + "9".repeat(100_000) + "}";
    assertError(http.post(Http.COMPLETIONS, body), 400, "invalid_json", null);
  }

  @Test
  void twentyMegabytes() {
    byte[] body = new byte[20 << 20];
    Arrays.fill(body, (byte) 'a');
    assertError(http.post(Http.COMPLETIONS, body), 413, "request_too_large", null);
    assertError(http.post(Http.CHAT, body), 413, "request_too_large", null);
    HttpRequest unannounced =
        http.request(Http.COMPLETIONS)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.fromPublisher(
                    HttpRequest.BodyPublishers.ofByteArray(body)))
            .build();
    assertError(http.send(unannounced), 413, "request_too_large", null);
  }

  @Test
  void unknownModel() {
    for (String path : new String[] {Http.COMPLETIONS, Http.CHAT}) {
      String input =
          path.equals(Http.CHAT)
              ? "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]"
              : "\"prompt\":\"a\"";
      assertError(
          http.post(path, "{\"model\":\"gpt-9\",%s}".formatted(input)),
          404,
          "model_not_found",
          "model");
    }
    assertError(http.get("/v1/models/no/such"), 404, "model_not_found", "model");
  }

  @Test
  void promptBeyondTheContext() {
    String tooLong = "{\"prompt\":\"%s\"}".formatted("a".repeat(TestModelSource.MAX_CONTEXT));
    Http.Answer answer = http.post(Http.COMPLETIONS, tooLong);
    assertError(answer, 400, "context_length_exceeded", null);
    assertThat(answer.text()).contains("maximum context length");

    answer = http.post(Http.COMPLETIONS, "{\"prompt\":\"abc\",\"max_tokens\":510}");
    assertError(answer, 400, "context_length_exceeded", null);
    assertThat(answer.text()).contains("maximum context length").contains("513");

    assertThat(http.post(Http.COMPLETIONS, "{\"prompt\":\"abc\",\"max_tokens\":509}").status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nope",
        "/v1",
        "/v1/nope",
        "/v1/embeddings",
        "/v1/completions/x",
        "/%00",
        "/a%2fb",
        "/q/swagger-ui..",
        "/q/swagger-ui%00",
        "/q/swagger-ui/%00",
        "/q/swagger-ui/../../etc/passwd%00",
        "/q/swagger-ui/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/q/swagger-ui/..;/x",
        "/..%2f..%2fetc%2fpasswd",
        "/app.js%00",
        "/app.js/",
        "/app.js;a=b",
        "/META-INF/resources/app.js",
        "/openapi-ui/index.html",
        "/template/index.html",
        "/api/index.html",
        "/q/health/%00",
        "/q/openapi%00",
        "/metrics/x",
        "/%F0%9F%98%80"
      })
  void unknownPath(String path) {
    assertError(http.get(path), 404, "not_found", null);
    assertError(http.post(path, GOOD), 404, "not_found", null);
  }

  @Test
  void wrongMethod() {
    assertError(http.get(Http.COMPLETIONS), 405, "method_not_allowed", null);
    assertError(http.get(Http.CHAT), 405, "method_not_allowed", null);
    assertError(http.post("/v1/models", GOOD), 405, "method_not_allowed", null);
    assertError(
        http.send(http.request(Http.CHAT).DELETE().build()), 405, "method_not_allowed", null);
  }

  @Test
  void wrongMediaType() {
    for (String type : new String[] {"text/plain", "multipart/form-data; boundary=x", "nonsense"}) {
      HttpRequest request =
          http.request(Http.COMPLETIONS)
              .header("Content-Type", type)
              .POST(HttpRequest.BodyPublishers.ofString(GOOD))
              .build();
      assertError(http.send(request), 415, "unsupported_media_type", null);
    }
  }

  @Test
  void strangeHeadersDoNoHarm() {
    HttpRequest request =
        http.request(Http.COMPLETIONS)
            .header("Content-Type", "application/json; charset=utf-8")
            .header("Accept", "text/event-stream")
            .header("OpenAI-Organization", "x")
            .header("X-Stainless-Lang", "java")
            .header("traceparent", "nonsense")
            .header("Authorization", "Bearer nobody")
            .header("x-request-id", "mine-1")
            .POST(HttpRequest.BodyPublishers.ofString(GOOD))
            .build();
    Http.Answer answer = http.send(request);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("x-request-id")).isEqualTo("mine-1");
  }

  @Test
  void http2UpgradeOfAPost() {
    HttpClient upgrading = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    HttpRequest request =
        http.request(Http.COMPLETIONS)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(GOOD))
            .build();
    HttpResponse<byte[]> response = Http.send(upgrading, request).response();
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains("\"abc\"");
  }

  private static void assertError(Http.Answer answer, int status, String code, String param) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/json");
    assertThat(answer.header("x-request-id")).isNotBlank();
    JsonNode error = answer.json().get("error");
    assertThat(error.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(error.get("code").asText()).isEqualTo(code);
    assertThat(error.get("param").textValue()).isEqualTo(param);
    assertThat(error.get("message").asText()).isNotBlank().doesNotContainPattern(LEAK);
  }
}
