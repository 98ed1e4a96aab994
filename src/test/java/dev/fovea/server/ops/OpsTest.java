package dev.fovea.server.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.RawConnection;
import dev.fovea.server.TestModelSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators and tools look at. */
@QuarkusTest
class OpsTest {
  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/q/health/started"})
  void probesAreUp(String path) {
    Http.Answer answer = http.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("status").asText()).isEqualTo("UP");
  }

  /** Their names do not change when they do. */
  @Test
  void noBrowserKeepsThePagesFiles() {
    for (String file : new String[] {"/", "/app.js", "/stream.js", "/app.css"}) {
      Http.Answer answer = http.get(file);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("Cache-Control")).as(file).isNull();
    }
  }

  /** The health library answers UP for every group, also for those that there is none of. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/q/health/group/x", "/q/health/group", "/q/health/well", "/q/health/live/x"})
  void thereAreNoOtherProbes(String path) {
    assertThat(http.get(path).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/app.js",
        "/q/swagger-ui/",
        "/v1/models",
        "/metrics",
        "/q/health",
        "/q/openapi",
        "/nope",
        "/v1/completions"
      })
  void browsersAreToldWhatTheyMayNotDo(String path) {
    Http.Answer answer = http.get(path);
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(answer.header("Content-Security-Policy"))
        .contains("default-src 'self'", "frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
  }

  @Test
  void aPageOfAnotherSiteIsRefused() {
    Http.Answer answer =
        http.send(
            http.request(Http.COMPLETIONS)
                .header("Content-Type", "application/json")
                .header("Origin", "http://evil.example")
                .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"a\"}"))
                .build());
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("cross_site_request");
    assertThat(answer.json().at("/error/type").asText()).isEqualTo("permission_error");
  }

  @Test
  void anotherNameIsRefused() throws IOException {
    try (RawConnection connection = RawConnection.to(base)) {
      connection.write("GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n");
      assertThat(connection.readAnswer())
          .startsWith("HTTP/1.1 421 ")
          .contains("host_not_allowed", "fovea.allowed-hosts", "evil.example");
    }
  }

  @Test
  void healthIsReady() {
    Http.Answer answer = http.get("/health");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("status").asText()).isEqualTo("ready");
  }

  @Test
  void versionSaysWhatRuns() {
    JsonNode version = http.get("/version").json();
    assertThat(version.get("version").asText()).isNotBlank();
    assertThat(version.at("/served/model").asText()).isEqualTo(TestModelSource.ID);
    assertThat(version.at("/served/max_model_len").asInt()).isEqualTo(512);
    for (String field : List.of("backend", "device", "isa", "threads", "attention_kernel")) {
      assertThat(version.at("/served/kernels").has(field)).as(field).isTrue();
    }
  }

  @Test
  void modelsCarryTheirContext() {
    JsonNode models = http.get("/v1/models").json();
    assertThat(models.get("object").asText()).isEqualTo("list");
    assertThat(models.at("/data/0/id").asText()).isEqualTo("test/parrot");
    assertThat(models.at("/data/0/object").asText()).isEqualTo("model");
    assertThat(models.at("/data/0/max_model_len").asInt()).isEqualTo(512);
    assertThat(http.get("/v1/models/test/parrot").json().get("id").asText())
        .isEqualTo("test/parrot");
    assertThat(http.get("/v1/models/parrot").json().get("id").asText()).isEqualTo("parrot");
  }

  @Test
  void tokenizesAndBack() {
    JsonNode tokens = http.post("/tokenize", "{\"prompt\":\"aé\"}").json();
    assertThat(tokens.get("count").asInt()).isEqualTo(3);
    assertThat(tokens.get("tokens").toString()).isEqualTo("[97,195,169]");
    assertThat(tokens.get("max_model_len").asInt()).isEqualTo(512);
    JsonNode chat =
        http.post("/tokenize", "{\"messages\":[{\"role\":\"user\",\"content\":\"ab\"}]}").json();
    assertThat(chat.get("tokens").toString()).isEqualTo("[97,98]");
    assertThat(http.post("/detokenize", "{\"tokens\":[97,195,169]}").json().get("prompt").asText())
        .isEqualTo("aé");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/tokenize | {} | prompt | missing_required_parameter",
        "/tokenize | {\"prompt\":5} | prompt | invalid_type",
        "/detokenize | {} | tokens | missing_required_parameter",
        "/detokenize | {\"tokens\":[512]} | tokens[0] | invalid_value",
        "/detokenize | {\"tokens\":[-1]} | tokens[0] | invalid_value",
      })
  void tokenizeSaysWhatIsWrong(String path, String body, String param, String code) {
    Http.Answer answer = http.post(path, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo(code);
  }

  @Test
  void aTemplatesRefusalIsTheClientsError() {
    Http.Answer answer =
        http.post(Http.CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"refuse me\"}]}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("invalid_messages");
    assertThat(answer.json().at("/error/message").asText()).contains("this template refuses that");
  }

  @Test
  void openApiKnowsEveryRouteAndField() {
    String api = http.get("/q/openapi").text();
    assertThat(api)
        .contains("openapi: 3.1.0", "title: Fovea")
        .contains("/v1/completions:", "/v1/chat/completions:", "/v1/models:", "/v1/models/{id}:")
        .contains("/tokenize:", "/detokenize:", "/health:", "/version:", "/metrics:")
        .contains("messages:", "max_completion_tokens:", "repetition_penalty:", "include_usage:")
        .contains("ErrorAnswer");
    assertThat(http.get("/q/swagger-ui/").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html",
    "/index.html, text/html",
    "/q/swagger-ui/, text/html",
    "/q/swagger-ui/index.html, text/html",
    "/q/swagger-ui/api.js, text/javascript",
    "/q/swagger-ui/swagger-ui-bundle.js, text/javascript",
    "/q/swagger-ui/swagger-ui.css, text/css",
    "/app.css, text/css",
    "/app.js, text/javascript",
    "/stream.js, text/javascript",
    "/icon.svg, image/svg+xml"
  })
  void thePageIsServed(String path, String type) {
    Http.Answer answer = http.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith(type);
  }

  @Test
  void examplesComeFromTheModelsDirectory() {
    JsonNode examples = http.get("/examples").json();
    assertThat(examples).hasSize(2);
    assertThat(examples.at("/1/mode").asText()).isEqualTo("completion");
  }
}
