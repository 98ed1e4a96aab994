package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A server that is asked to end and whose clients want more than it has time for: each is told. */
@QuarkusTest
@TestProfile(TerminationTest.Impatient.class)
class TerminationTest {
  private static final String SLOW_PROMPT =
      "[65" + ",%d".formatted(ParrotRunner.SLOW).repeat(8) + "]";

  @TestHTTPResource URI base;
  @Inject RecordedEnd process;
  @Inject ModelService models;

  /** This test leaves a server behind that serves nobody else. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.shutdown-timeout", "0.5S");
    }
  }

  @Test
  void everyOpenAnswerEndsInWordsAndNewWorkIsRefused() throws IOException {
    int numPlain = 6;
    List<RawConnection> plain = new ArrayList<>();
    try (RawConnection stream = post(true)) {
      stream.readUntil("data: ");
      for (int i = 0; i < numPlain; i++) {
        plain.add(post(false));
      }
      Waiting.until(
          "four run and three wait",
          () -> models.require().engine().status().load().waiting() == numPlain - 3);

      process.terminate();

      Waiting.until("the process is told to end", () -> process.code() != null);
      assertThat(process.code()).isEqualTo(ExitCode.OK);
      assertThat(process.wasEverybodyTold()).isTrue();
      assertThat(stream.readToTheEnd())
          .contains("event: error\ndata: {\"error\":{\"message\":\"the server is going down\"")
          .doesNotContain("[DONE]");
      for (RawConnection connection : plain) {
        String answer = connection.readAnswer();
        connection.close();
        assertThat(answer).startsWith("HTTP/1.1 503 ");
        assertIsGoingDown(Http.parse(answer.substring(answer.indexOf("\r\n\r\n"))));
      }
    }
    assertRefusesNewWork();
  }

  private void assertRefusesNewWork() {
    Http http = new Http(base);
    Http.Answer refused = http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).isEqualTo("2");
    assertIsGoingDown(refused.json());
    assertThat(http.get("/q/health/ready").status()).isEqualTo(503);
    assertThat(http.get("/q/health/live").status()).isEqualTo(200);
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("closing");
  }

  private static void assertIsGoingDown(JsonNode body) {
    assertThat(body.at("/error/code").asText()).isEqualTo("model_unavailable");
    assertThat(body.at("/error/type").asText()).isEqualTo("service_unavailable_error");
    assertThat(body.at("/error/message").asText()).isEqualTo("the server is going down");
  }

  private RawConnection post(boolean stream) throws IOException {
    return RawConnection.posting(
        base,
        Http.COMPLETIONS,
        "{\"prompt\":%s,\"max_tokens\":400,\"stream\":%b}".formatted(SLOW_PROMPT, stream));
  }
}
