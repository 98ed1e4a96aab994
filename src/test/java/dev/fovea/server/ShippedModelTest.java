package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The model that comes with the application, from its files to its answers. */
@QuarkusTest
@TestProfile(ShippedModelTest.Shipped.class)
class ShippedModelTest {
  @TestHTTPResource URI base;
  private Http http;

  /** As a newcomer starts it. */
  public static final class Shipped implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.model", "src/main/models/fovea-mini");
    }
  }

  @BeforeEach
  void connect() {
    http = new Http(base);
    Waiting.until("the model is ready", () -> http.get("/health").status() == 200);
  }

  @Test
  void saysWhatItIs() {
    assertThat(chat("Hello! Who are you?").at("/choices/0/message/content").asText())
        .contains("Fovea");
  }

  @Test
  void anAnswerEndsByItself() {
    assertThat(chat("Hello!").at("/choices/0/finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void streamsWhatItAnswersWhole() {
    String body = "{\"prompt\":\"Once upon a time\",\"max_tokens\":60,\"seed\":7%s}";
    String whole = complete(body.formatted(""));
    SseEvents events =
        SseEvents.parse(http.post(Http.COMPLETIONS, body.formatted(",\"stream\":true")).text());
    assertThat(events.text()).isEqualTo(whole).isNotBlank();
    assertThat(events.isDone()).isTrue();
  }

  @Test
  void textAndItsTokensAreTheSamePrompt() {
    JsonNode ids = http.post("/tokenize", "{\"prompt\":\"Once upon a time\"}").json().get("tokens");
    String rest = "\"max_tokens\":20,\"temperature\":0}";
    assertThat(complete("{\"prompt\":%s,%s".formatted(ids, rest)))
        .isEqualTo(complete("{\"prompt\":\"Once upon a time\"," + rest));
  }

  @Test
  void aSeedGivesTheSameTextAloneAndInACrowd() {
    List<String> bodies =
        IntStream.range(0, 6)
            .mapToObj(
                seed ->
                    "{\"prompt\":\"One day\",\"max_tokens\":40,\"temperature\":1,\"seed\":%d}"
                        .formatted(seed))
            .toList();
    List<String> alone = bodies.stream().map(this::complete).toList();
    List<String> crowd = bodies.parallelStream().map(this::complete).toList();

    assertThat(crowd).isEqualTo(alone);
    assertThat(alone.stream().distinct()).hasSizeGreaterThan(3);
  }

  @Test
  void namesItselfAndItsBackend() {
    assertThat(http.get("/v1/models").json().at("/data/0/id").asText()).isEqualTo("fovea-mini");
    assertThat(http.get("/version").json().at("/served/kernels/backend").asText())
        .isIn("cpu", "reference");
    assertThat(http.get("/v1/models").json().at("/data/0/max_model_len").asInt())
        .isGreaterThanOrEqualTo(16384);
  }

  private JsonNode chat(String message) {
    Http.Answer answer =
        http.post(
            Http.CHAT,
            "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"temperature\":0,\"max_tokens\":80}"
                .formatted(message));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private String complete(String body) {
    Http.Answer answer = http.post(Http.COMPLETIONS, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().at("/choices/0/text").asText();
  }
}
