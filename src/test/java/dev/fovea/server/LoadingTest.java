package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The life of a server: loading, ready, dead. The steps build on each other. */
@QuarkusTest
@TestProfile(LoadingTest.Held.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LoadingTest {
  @TestHTTPResource URI base;
  @Inject TestModelSource source;
  @Inject RecordedEnd process;

  /** The model stays half loaded until the test lets it go, and has no chat template. */
  public static final class Held implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("test.hold-loading", "true", "test.tokenizer", withoutTemplate().toString());
    }
  }

  private static Path withoutTemplate() {
    try {
      Path directory = Files.createTempDirectory("fovea-bytes");
      Files.copy(
          Path.of(TestModelSource.BYTES, "tokenizer.json"), directory.resolve("tokenizer.json"));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Order(1)
  void whileLoadingEverythingSaysSo() {
    Http http = new Http(base);
    Waiting.until(
        "loading is half done",
        () -> http.get("/health").json().path("progress").asDouble() == 0.5);

    assertThat(http.get("/health").status()).isEqualTo(503);
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("loading");
    assertThat(http.get("/q/health/ready").status()).isEqualTo(503);
    assertThat(http.get("/q/health/started").status()).isEqualTo(503);
    assertThat(http.get("/q/health/live").status()).isEqualTo(200);
    assertThat(http.get("/version").json().get("served").isNull()).isTrue();
    assertThat(http.get("/metrics").status()).isEqualTo(200);
    assertThat(http.get("/").status()).isEqualTo(200);
    for (Http.Answer answer :
        new Http.Answer[] {
          http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}"),
          http.post(Http.CHAT, "{\"messages\":[]}"),
          http.get("/v1/models"),
          http.get("/v1/models/x"),
          http.post("/tokenize", "{\"prompt\":\"a\"}")
        }) {
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Retry-After")).isEqualTo("2");
      assertThat(answer.json().at("/error/code").asText()).isEqualTo("model_loading");
      assertThat(answer.json().at("/error/message").asText()).contains("50 % done");
    }
  }

  @Test
  @Order(2)
  void onceLoadedItAnswers() {
    Http http = new Http(base);
    source.letGo();
    Waiting.until("the model is ready", () -> http.get("/health").status() == 200);

    assertThat(http.get("/q/health/ready").status()).isEqualTo(200);
    assertThat(http.post(Http.COMPLETIONS, "{\"prompt\":\"a\",\"max_tokens\":1}").status())
        .isEqualTo(200);
    assertThat(process.code()).isNull();
  }

  @Test
  @Order(2)
  void aModelWithoutATemplateDoesNotChat() {
    Http http = new Http(base);
    source.letGo();
    Waiting.until("the model is ready", () -> http.get("/health").status() == 200);

    Http.Answer answer =
        http.post(Http.CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("no_chat_template");
    assertThat(http.get("/version").json().at("/served/chat").asBoolean()).isFalse();
    assertThat(http.get("/examples").json()).isEmpty();
  }

  @Test
  @Order(3)
  void aDeadEngineEndsTheProcess() {
    Http http = new Http(base);
    Http.Answer fatal =
        http.post(Http.COMPLETIONS, "{\"prompt\":[%d]}".formatted(ParrotRunner.FATAL));

    assertThat(fatal.status()).isIn(500, 503);
    assertThat(fatal.json().at("/error/message").asText()).doesNotContain("the device broke");
    Waiting.until("the process is told to end", () -> process.code() == ExitCode.ENGINE_DEAD);
    assertThat(process.wasEverybodyTold()).isTrue();
    assertThat(http.get("/q/health/live").status()).isEqualTo(503);
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("failed");
    Http.Answer after = http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}");
    assertThat(after.status()).isEqualTo(503);
    assertThat(after.json().at("/error/code").asText()).isEqualTo("model_unavailable");
  }
}
