package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Weights that are written to while they are mapped end the process, and nobody is answered. */
@QuarkusTest
@TestProfile(ChangedWeightsTest.OwnCopy.class)
class ChangedWeightsTest {
  private static final String DIRECTORY = "target/changed-weights";

  @TestHTTPResource URI base;
  @Inject RecordedEnd process;
  @Inject ModelService models;

  /** With a copy of the shipped model. */
  public static final class OwnCopy implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try (Stream<Path> files = Files.list(Path.of("src/main/models/fovea-mini"))) {
        Path copy = Files.createDirectories(Path.of(DIRECTORY));
        for (Path file : files.toList()) {
          Files.write(copy.resolve(file.getFileName()), Files.readAllBytes(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Map.of("fovea.model", DIRECTORY, "fovea.device", "auto");
    }
  }

  @Test
  void everybodyIsToldAndTheProcessEnds() throws IOException {
    Http http = new Http(base);
    Waiting.until("ready", () -> models.state() instanceof ModelState.Ready);
    assertThat(models.require().mapped()).hasSize(1);
    assertThat(http.get("/q/health/live").status()).isEqualTo(200);

    try (RandomAccessFile file = new RandomAccessFile(DIRECTORY + "/model.safetensors", "rw")) {
      file.seek(file.length() - 4096);
      file.write(new byte[4096]);
    }
    Waiting.until("the process is told to end", () -> process.code() != null);
    assertThat(process.code()).isEqualTo(ExitCode.WEIGHTS_CHANGED);
    assertThat(http.get("/q/health/live").status()).isEqualTo(503);
    assertThat(http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}").status()).isEqualTo(503);
  }
}
