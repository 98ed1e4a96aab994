package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.SseEvents;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What usage says of prompts that have been computed before, and for whom. */
@QuarkusTest
class CachedTokensTest {
  private static final int PAGE = 64;

  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @Test
  void aPromptIsFoundAgain() {
    String body = request("q".repeat(200), "");
    assertThat(cached(http.post(Http.COMPLETIONS, body).json())).isZero();
    assertThat(cached(http.post(Http.COMPLETIONS, body).json())).isEqualTo(3 * PAGE);

    String streamed = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    Http.Answer answer = http.post(Http.COMPLETIONS, request("q".repeat(200), streamed));
    List<JsonNode> chunks = SseEvents.parse(answer.text()).chunks();
    assertThat(cached(chunks.get(chunks.size() - 1))).isEqualTo(3 * PAGE);
  }

  @Test
  void itIsFoundAmongRequestsOfTheSameSaltOnly() {
    String prompt = "s".repeat(150);
    for (String salt : List.of("", ",\"cache_salt\":\"one\"", ",\"cache_salt\":\"two\"")) {
      String body = request(prompt, salt);
      assertThat(cached(http.post(Http.COMPLETIONS, body).json())).as(salt).isZero();
      assertThat(cached(http.post(Http.COMPLETIONS, body).json())).as(salt).isEqualTo(2 * PAGE);
    }
  }

  @Test
  void itCountsOncePerPromptAndNotPerChoice() {
    String prompt = "t".repeat(150);
    http.post(Http.COMPLETIONS, request(prompt, ""));
    String both = "{\"prompt\":[\"%s\",\"%s\"],\"n\":2,\"max_tokens\":2}";
    JsonNode answer = http.post(Http.COMPLETIONS, both.formatted(prompt, prompt)).json();

    assertThat(cached(answer)).isEqualTo(2 * 2 * PAGE);
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(300);
  }

  private static String request(String prompt, String more) {
    return "{\"prompt\":\"%s\",\"max_tokens\":2%s}".formatted(prompt, more);
  }

  private static int cached(JsonNode answer) {
    return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1);
  }
}
