package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server that is asked to end finishes what it has accepted, running or waiting, first. */
@QuarkusTest
@TestProfile(DrainTest.OwnServer.class)
class DrainTest {
  private static final int NUM_REQUESTS = TestModelSource.MAX_SEQUENCES + 3;
  private static final int NUM_TOKENS = 40;

  @TestHTTPResource URI base;
  @Inject RecordedEnd process;
  @Inject ModelService models;

  /** This test leaves a server behind that serves nobody else. */
  public static final class OwnServer implements QuarkusTestProfile {}

  @Test
  void whatWasAcceptedIsFinished() throws IOException {
    Http http = new Http(base);
    List<RawConnection> accepted = new ArrayList<>();
    for (int i = 0; i < NUM_REQUESTS; i++) {
      accepted.add(post());
    }
    Waiting.until(
        "three wait behind those that run",
        () -> models.require().engine().status().load().waiting() == 3);

    process.terminate();
    Waiting.until("it is not ready", () -> http.get("/q/health/ready").status() == 503);

    Http.Answer refused = http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).isEqualTo("2");
    assertThat(http.get("/q/health/live").status()).isEqualTo(200);
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("closing");
    assertThat(process.code()).as("they are waited for").isNull();
    for (RawConnection connection : accepted) {
      String stream = connection.readUntil("data: [DONE]");
      connection.close();
      assertThat(stream).startsWith("HTTP/1.1 200 ").doesNotContain("event: error");
    }
    Waiting.until("the process is told to end", () -> process.code() != null);
    assertThat(process.code()).isEqualTo(ExitCode.OK);
    assertThat(process.wasEverybodyTold()).isTrue();
  }

  private RawConnection post() throws IOException {
    return RawConnection.posting(
        base,
        Http.COMPLETIONS,
        "{\"prompt\":[%d],\"max_tokens\":%d,\"stream\":true}"
            .formatted(ParrotRunner.SLOW, NUM_TOKENS));
  }
}
