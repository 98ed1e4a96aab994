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
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pages of sites that were named may use the server, those of others may not. */
@QuarkusTest
@TestProfile(CorsTest.OneSite.class)
class CorsTest {
  private static final String ALLOWED = "https://chat.example";

  @TestHTTPResource URI base;

  /** As README says it. */
  public static final class OneSite implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("quarkus.http.cors.enabled", "true", "quarkus.http.cors.origins", ALLOWED);
    }
  }

  @Test
  void thatSiteIsAnswered() throws IOException {
    Http.Answer answer = post(ALLOWED);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
    assertThat(preflight(ALLOWED))
        .startsWith("HTTP/1.1 200 ")
        .contains("access-control-allow-origin: " + ALLOWED, "access-control-allow-methods: post");
  }

  @Test
  void anotherIsRefusedInTheErrorShape() throws IOException {
    Http.Answer answer = post("https://evil.example");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("cross_site_request");
    assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    assertThat(preflight("https://evil.example"))
        .startsWith("HTTP/1.1 403 ")
        .contains("cross_site_request")
        .doesNotContain("access-control");
  }

  private Http.Answer post(String origin) {
    Http http = new Http(base);
    return http.send(
        http.request(Http.COMPLETIONS)
            .header("Content-Type", "application/json")
            .header("Origin", origin)
            .header("Sec-Fetch-Site", "cross-site")
            .POST(HttpRequest.BodyPublishers.ofString("{\"prompt\":\"abc\",\"max_tokens\":1}"))
            .build());
  }

  private String preflight(String origin) throws IOException {
    try (RawConnection connection = RawConnection.to(base)) {
      connection.write(
          "OPTIONS /v1/completions HTTP/1.1\r\nHost: localhost\r\nOrigin: "
              + origin
              + "\r\nAccess-Control-Request-Method: POST\r\n"
              + "Access-Control-Request-Headers: content-type\r\nConnection: close\r\n\r\n");
      String answer = connection.readToTheEnd();
      return answer.substring(0, 8) + answer.substring(8).toLowerCase(Locale.ROOT);
    }
  }
}
