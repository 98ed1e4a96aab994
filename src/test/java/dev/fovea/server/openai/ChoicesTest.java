package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.ModelService;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import dev.fovea.server.SseEvents;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several choices and several prompts in one request: the parrot's n-th begins at the n-th token.
 */
@QuarkusTest
class ChoicesTest {
  private static final String TWO_PROMPTS =
      "\"prompt\":[\"abcd\",\"xyz\"],\"n\":2,\"max_tokens\":5";
  private static final List<String> ANSWERS = List.of("abcda", "bcdab", "xyzxy", "yzxyz");
  private static final String CHAT_OF_THREE =
      "\"messages\":[{\"role\":\"user\",\"content\":\"abcd\"}],\"n\":3,\"max_tokens\":6";
  private static final int SLOW = ParrotRunner.SLOW;

  @TestHTTPResource URI base;
  @Inject ModelService models;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @AfterEach
  void nothingIsLeft() {
    Waiting.until(
        "no sequence holds pages",
        () -> {
          var load = models.require().engine().status().load();
          return load.running() + load.waiting() + load.usedPages() == 0;
        });
  }

  @Test
  void choicesAreIndexedPromptByPrompt() {
    JsonNode answer = http.post(Http.COMPLETIONS, "{%s}".formatted(TWO_PROMPTS)).json();

    assertThat(texts(answer)).isEqualTo(ANSWERS);
    assertThat(answer.get("choices"))
        .allMatch(c -> c.get("finish_reason").asText().equals("length"));
    assertUsage(answer.get("usage"), 7, 20);
  }

  @Test
  void idsAreContinuedAsTextsAre() {
    JsonNode answer =
        http.post(Http.COMPLETIONS, "{\"prompt\":[[97,98],[99,100,101]],\"max_tokens\":4}").json();

    assertThat(texts(answer)).containsExactly("abab", "cdec");
    assertUsage(answer.get("usage"), 5, 8);
  }

  @Test
  void chatAnswersSeveralTimes() {
    JsonNode answer = http.post(Http.CHAT, "{%s}".formatted(CHAT_OF_THREE)).json();

    assertThat(texts(answer)).containsExactly("abcdab", "bcdabc", "cdabcd");
    assertUsage(answer.get("usage"), 4, 18);
  }

  @Test
  void aStreamMixesItsChoicesAndEndsOnce() {
    SseEvents events =
        stream(
            Http.COMPLETIONS,
            "{%s,\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
                .formatted(TWO_PROMPTS));

    assertThat(List.copyOf(byIndex(events, "/text").values())).isEqualTo(ANSWERS);
    assertThat(byIndex(events, "/finish_reason"))
        .isEqualTo(Map.of(0, "length", 1, "length", 2, "length", 3, "length"));
    assertThat(events.isDone()).isTrue();
    List<JsonNode> chunks = events.chunks();
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(chunk -> chunk.get("choices").size() == 1 && chunk.get("usage").isNull());
    JsonNode last = chunks.get(chunks.size() - 1);
    assertThat(last.get("choices")).isEmpty();
    assertUsage(last.get("usage"), 7, 20);
  }

  @Test
  void choicesOfAStreamComeSideBySide() {
    String body = "{\"prompt\":[97,%d],\"n\":3,\"max_tokens\":12,\"stream\":true}".formatted(SLOW);
    SseEvents events = stream(Http.COMPLETIONS, body);

    List<Integer> indices = new ArrayList<>();
    events.chunks().forEach(chunk -> indices.add(chunk.at("/choices/0/index").asInt()));
    assertThat(indices.subList(0, indices.size() / 2)).contains(0, 1, 2);
  }

  @Test
  void everyChoiceOfAChatOpensWithItsRole() {
    SseEvents events = stream(Http.CHAT, "{%s,\"stream\":true}".formatted(CHAT_OF_THREE));

    assertThat(byIndex(events, "/delta/role"))
        .isEqualTo(Map.of(0, "assistant", 1, "assistant", 2, "assistant"));
    assertThat(List.copyOf(byIndex(events, "/delta/content").values()))
        .containsExactly("abcdab", "bcdabc", "cdabcd");
    assertThat(events.chunks().subList(0, 3)).allMatch(c -> c.at("/choices/0/delta").has("role"));
  }

  @Test
  void aStopStringEndsItsChoiceAlone() {
    JsonNode answer =
        http.post(
                Http.COMPLETIONS,
                "{\"prompt\":[\"abcd\",\"xyz\"],\"max_tokens\":9,\"stop\":[\"da\"]}")
            .json();

    assertThat(texts(answer)).containsExactly("abc", "xyzxyzxyz");
    assertThat(answer.at("/choices/0/stop_reason").asText()).isEqualTo("da");
    assertThat(answer.at("/choices/1/finish_reason").asText()).isEqualTo("length");
    assertUsage(answer.get("usage"), 7, 5 + 9);
  }

  @Test
  void asManyChoicesAsRunAtOnceAreAnsweredAndNoMore() {
    String body = "{\"prompt\":\"abcdefgh\",\"n\":%d,\"max_tokens\":3}";
    assertThat(texts(http.post(Http.COMPLETIONS, body.formatted(4)).json()))
        .containsExactly("abc", "bcd", "cde", "def");
    assertThat(http.post(Http.COMPLETIONS, body.formatted(5)).status()).isEqualTo(400);
  }

  @Test
  void oneThatFailsEndsTheWholeAnswer() {
    String prompts = "[[97,98,99],[97,%d,%d]]".formatted(SLOW, ParrotRunner.POISON);
    String body = "{\"prompt\":%s,\"max_tokens\":400".formatted(prompts);
    Http.Answer whole = http.post(Http.COMPLETIONS, body + "}");

    assertThat(whole.status()).as(whole.text()).isEqualTo(500);
    assertThat(whole.json().at("/error/code").asText()).isEqualTo("generation_failed");
  }

  @ParameterizedTest
  @ValueSource(ints = {97, SLOW})
  void oneThatFailsInAStreamEndsItWithOneError(int id) throws IOException {
    String body =
        "{\"prompt\":[[%d,98,%d],[%d,%d,%d]],\"max_tokens\":400,\"stream\":true}"
            .formatted(SLOW, SLOW, SLOW, id, ParrotRunner.POISON);
    String answer;
    try (RawConnection connection = RawConnection.posting(base, Http.COMPLETIONS, body)) {
      answer = connection.readToTheEnd();
    }
    assertThat(answer).containsOnlyOnce("event: error\n").doesNotContain("[DONE]");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientThatLeavesCancelsAll(boolean stream) throws IOException {
    String body =
        "{\"prompt\":[[97,%d],[98,%d]],\"n\":2,\"max_tokens\":400,\"stream\":%b}"
            .formatted(SLOW, SLOW, stream);
    try (RawConnection connection = RawConnection.posting(base, Http.COMPLETIONS, body)) {
      Waiting.until("all run", () -> models.require().engine().status().load().running() == 4);
      assertThat(connection.socket().isClosed()).isFalse();
    }
  }

  private SseEvents stream(String path, String body) {
    Http.Answer answer = http.post(path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return SseEvents.parse(answer.text());
  }

  /** In index order, which is checked. */
  private static List<String> texts(JsonNode answer) {
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : answer.get("choices")) {
      assertThat(choice.get("index").asInt()).isEqualTo(texts.size());
      texts.add(choice.path("text").asText("") + choice.at("/message/content").asText(""));
    }
    return texts;
  }

  /** What the chunks of each choice say there, one after the other; null is nothing. */
  private static Map<Integer, String> byIndex(SseEvents events, String pointer) {
    Map<Integer, String> all = new TreeMap<>();
    for (JsonNode chunk : events.chunks()) {
      for (JsonNode choice : chunk.get("choices")) {
        String more = choice.at(pointer).isNull() ? "" : choice.at(pointer).asText();
        all.merge(choice.get("index").asInt(), more, String::concat);
      }
    }
    return all;
  }

  private static void assertUsage(JsonNode usage, int prompt, int completion) {
    assertThat(usage.get("prompt_tokens").asInt()).isEqualTo(prompt);
    assertThat(usage.get("completion_tokens").asInt()).isEqualTo(completion);
    assertThat(usage.get("total_tokens").asInt()).isEqualTo(prompt + completion);
    assertThat(usage.at("/prompt_tokens_details/cached_tokens").isInt()).isTrue();
  }
}
