package dev.fovea.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.Http;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Metrics without the names of others. */
@QuarkusTest
@TestProfile(OwnNamesTest.OwnOnly.class)
class OwnNamesTest {
  @TestHTTPResource URI base;

  /** Turns the switch. */
  public static final class OwnOnly implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.metrics.vllm-names", "false");
    }
  }

  @Test
  void thereAreOwnNamesOnly() {
    Http http = new Http(base);
    Waiting.until("the model is ready", () -> http.get("/q/health/ready").status() == 200);
    assertThat(Exposition.parse(http.get("/metrics").text()).families().keySet())
        .contains("fovea_requests_running")
        .noneMatch(name -> name.startsWith("vllm:"));
  }
}
