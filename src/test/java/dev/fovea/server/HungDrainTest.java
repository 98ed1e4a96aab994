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

/** A server that is asked to end while its device hangs: it does not wait for the watchdog. */
@QuarkusTest
@TestProfile(HungDrainTest.Impatient.class)
class HungDrainTest {
  @TestHTTPResource URI base;
  @Inject RecordedEnd process;

  /** This test leaves a server behind that serves nobody else. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.shutdown-timeout", "0.2S");
    }
  }

  @Test
  void everybodyIsToldAndTheProcessEnds() throws IOException {
    String body =
        "{\"prompt\":[65,%d,66,%d],\"max_tokens\":9,\"stream\":true}"
            .formatted(ParrotRunner.SLOW, ParrotRunner.HANG);
    try (RawConnection stream = RawConnection.posting(base, Http.COMPLETIONS, body)) {
      stream.readUntil("data: ");

      process.terminate();

      assertThat(stream.readToTheEnd())
          .contains("event: error\ndata: {\"error\":{\"message\":\"the engine does not answer\"");
    }
    Waiting.until("the process is told to end", () -> process.code() != null);
    assertThat(process.code()).isEqualTo(ExitCode.OK);
    assertThat(process.wasEverybodyTold()).isTrue();
  }
}
