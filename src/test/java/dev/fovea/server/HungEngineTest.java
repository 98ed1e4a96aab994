package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A device that never finishes a step: nobody waits for ever, and the process ends. */
@QuarkusTest
@TestProfile(HungEngineTest.Watched.class)
class HungEngineTest {
  @TestHTTPResource URI base;
  @Inject RecordedEnd process;

  /** With a short patience. */
  public static final class Watched implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.watchdog-timeout", "1S");
    }
  }

  @Test
  void everybodyIsToldAndTheProcessEnds() throws IOException {
    Http http = new Http(base);
    try (RawConnection stream =
            post("65,%d,66,%d".formatted(ParrotRunner.SLOW, ParrotRunner.HANG));
        RawConnection plain = post("65")) {
      stream.readUntil("data: ");
      assertThat(http.get("/q/health/live").status()).as("slow is not hung").isEqualTo(200);

      assertThat(stream.readToTheEnd())
          .contains("event: error\ndata: {\"error\":{\"message\":\"the engine does not answer\"")
          .doesNotContain("[DONE]");
      plain.readToTheEnd();
    }
    Waiting.until("the process is told to end", () -> process.code() != null);
    assertThat(process.code()).isEqualTo(ExitCode.ENGINE_HUNG);
    assertThat(process.wasEverybodyTold()).isTrue();
    assertThat(http.get("/q/health/live").status()).isEqualTo(503);
    assertThat(http.get("/q/health/ready").status()).isEqualTo(503);
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("failed");
    assertThat(http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}").status()).isEqualTo(503);
  }

  private RawConnection post(String prompt) throws IOException {
    return RawConnection.posting(
        base,
        Http.COMPLETIONS,
        "{\"prompt\":[%s],\"max_tokens\":400,\"stream\":true}".formatted(prompt));
  }
}
