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
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server whose model is damaged: never ready, and gone with a code of its own. */
@QuarkusTest
@TestProfile(BrokenModelTest.Truncated.class)
class BrokenModelTest {
  @TestHTTPResource URI base;
  @Inject RecordedEnd process;
  @Inject ModelService models;

  /** The shipped model with its weights cut short. */
  public static final class Truncated implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.model", truncated().toString());
    }

    private static Path truncated() {
      Path shipped = Path.of("src/main/models/fovea-mini");
      try {
        Path directory = Files.createTempDirectory("fovea-truncated");
        for (String file :
            List.of(
                "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
          Files.copy(shipped.resolve(file), directory.resolve(file));
        }
        Path weights = directory.resolve("model.safetensors");
        try (var channel = Files.newByteChannel(weights, StandardOpenOption.WRITE)) {
          channel.truncate(channel.size() / 2);
        }
        return directory;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void isNeverReadyAndEndsTheProcess() {
    Http http = new Http(base);
    Waiting.until("the process is told to end", () -> process.code() != null);

    assertThat(process.code()).isEqualTo(ExitCode.MODEL_UNUSABLE);
    assertThat(models.state())
        .isInstanceOfSatisfying(
            ModelState.Failed.class,
            failed -> {
              assertThat(failed.reason()).contains("model.safetensors").contains("got");
              assertThat(failed.reason().lines()).hasSize(1);
            });
    assertThat(http.get("/health").status()).isEqualTo(503);
    assertThat(http.get("/q/health/live").status()).isEqualTo(503);
    Http.Answer answer = http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("model_unavailable");
    assertThat(answer.text()).doesNotContain("safetensors");
  }
}
