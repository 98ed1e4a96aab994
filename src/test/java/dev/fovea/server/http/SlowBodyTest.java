package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.Http;
import dev.fovea.server.RawConnection;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clients that say they will send a body, and do not. */
@QuarkusTest
@TestProfile(SlowBodyTest.Impatient.class)
class SlowBodyTest {
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(4);
  private static final Duration PROMPT = Duration.ofSeconds(2);

  /** More than there are worker threads, which are 200 where there are few processors. */
  private static final int NUM_CLIENTS =
      20 + Math.max(200, 8 * Runtime.getRuntime().availableProcessors());

  private static final String BODY = "{\"prompt\":[65],\"max_tokens\":2}";
  private static final String HEAD =
      "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

  @TestHTTPResource URI base;

  /** Does not wait as long as the default. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.limits.body-timeout", BODY_TIMEOUT.toString());
    }
  }

  @Test
  void keepNobodyElseWaiting() throws IOException {
    List<RawConnection> slow = new ArrayList<>();
    try {
      for (int i = 0; i < NUM_CLIENTS; i++) {
        RawConnection connection = RawConnection.to(base);
        slow.add(connection);
        connection.write(HEAD + "Content-Length: " + BODY.length() + "\r\n\r\n{");
      }
      Http http = new Http(base);
      for (String path : List.of("/q/health/live", "/q/health/ready", "/health", "/metrics")) {
        HttpRequest request = http.request(path).timeout(PROMPT).GET().build();
        assertThat(http.send(request).status()).as(path).isEqualTo(200);
      }
      assertThat(http.post(Http.COMPLETIONS, BODY).status()).isEqualTo(200);

      slow.get(0).write(BODY.substring(1));
      assertThat(slow.get(0).readAnswer()).contains("200 OK").contains("\"choices\"");
      assertThat(slow.get(1).readAnswer()).contains("408").contains("request_timeout");
    } finally {
      for (RawConnection connection : slow) {
        connection.close();
      }
    }
  }

  @Test
  void whoAsksFirstIsToldToGoOn() throws IOException {
    try (RawConnection connection = RawConnection.to(base)) {
      connection.write(
          HEAD + "Expect: 100-continue\r\nContent-Length: " + BODY.length() + "\r\n\r\n");
      assertThat(connection.readUntil("\r\n\r\n")).contains("100 Continue");
      connection.write(BODY);
      assertThat(connection.readAnswer()).contains("200 OK").contains("\"choices\"");
    }
  }
}
