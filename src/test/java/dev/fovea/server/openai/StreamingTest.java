package dev.fovea.server.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.Http;
import dev.fovea.server.SseEvents;
import dev.fovea.server.TestModelSource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The frames of a stream: what each is, in which order, and what it must never be. */
@QuarkusTest
class StreamingTest {
  private static final String MIXED = "naïve 日本語 🙂👩‍👩‍👧 end.";

  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @Test
  void theTemplateSeesWhatTheRequestTellsIt() {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"ab\"}],\"max_tokens\":4,"
            + "\"chat_template_kwargs\":{\"more\":\"cd\"}}";
    assertThat(http.post(Http.CHAT, body).json().at("/choices/0/message/content").asText())
        .isEqualTo("abcd");
    assertThat(http.post("/tokenize", body).json().get("count").asInt()).isEqualTo(4);
  }

  @Test
  void chatOpensWithTheRoleAndEndsWithReasonUsageAndDone() {
    SseEvents events =
        stream(Http.CHAT, chat("abc", 7, ",\"stream_options\":{\"include_usage\":true}"));

    List<JsonNode> chunks = events.chunks();
    assertThat(chunks.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(chunks.get(0).at("/choices/0/delta/content").asText()).isEmpty();
    assertThat(chunks.subList(1, chunks.size()))
        .noneMatch(c -> c.at("/choices/0/delta").has("role"));
    assertThat(events.text()).isEqualTo("abcabca");
    JsonNode finish = chunks.get(chunks.size() - 2);
    assertThat(finish.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(finish.at("/choices/0/delta")).isEmpty();
    JsonNode usage = chunks.get(chunks.size() - 1);
    assertThat(usage.get("choices").isArray()).isTrue();
    assertThat(usage.get("choices")).isEmpty();
    assertThat(usage.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
    assertThat(usage.at("/usage/completion_tokens").asInt()).isEqualTo(7);
    assertThat(usage.at("/usage/total_tokens").asInt()).isEqualTo(10);
    assertThat(usage.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1)).isZero();
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(chunk -> chunk.has("usage") && chunk.get("usage").isNull());
    assertThat(events.isDone()).isTrue();
  }

  @Test
  void withoutIncludeUsageNoChunkSpeaksOfUsage() {
    SseEvents events = stream(Http.CHAT, chat("abc", 3, ""));

    assertThat(events.chunks()).noneMatch(chunk -> chunk.has("usage"));
    assertThat(events.chunks()).allMatch(chunk -> chunk.get("choices").size() == 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {Http.CHAT, Http.COMPLETIONS})
  void continuousUsageCountsAsItGrows(String path) {
    String options = ",\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}";
    SseEvents events = stream(path, request(path, "abc", 20, options));

    List<Integer> counts =
        events.chunks().stream()
            .filter(chunk -> chunk.get("usage").isObject())
            .map(chunk -> chunk.at("/usage/completion_tokens").asInt())
            .toList();
    assertThat(counts).isSorted().hasSizeGreaterThan(1).endsWith(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {Http.CHAT, Http.COMPLETIONS})
  void oneIdAndOneTimeForTheWholeStream(String path) {
    SseEvents events = stream(path, request(path, "abc", 12, ""));

    for (String field : List.of("id", "created", "model", "object")) {
      assertThat(events.chunks().stream().map(chunk -> chunk.get(field)).distinct()).hasSize(1);
    }
    String prefix = path.equals(Http.CHAT) ? "chatcmpl-" : "cmpl-";
    assertThat(events.chunks().get(0).get("id").asText()).startsWith(prefix);
    assertThat(events.chunks()).noneMatch(chunk -> chunk.has("error"));
  }

  @ParameterizedTest
  @ValueSource(strings = {Http.CHAT, Http.COMPLETIONS})
  void streamedAndWholeTextAreTheSame(String path) {
    String body = request(path, MIXED, 90, ",\"stop\":[\"end!\",\"語 🙃\"]");
    JsonNode whole = http.post(path, unstreamed(body)).json();

    SseEvents events = stream(path, body);

    String pointer = path.equals(Http.CHAT) ? "/choices/0/message/content" : "/choices/0/text";
    assertThat(events.text()).isEqualTo(whole.at(pointer).asText()).contains(MIXED);
    assertThat(events.finishReason()).isEqualTo(whole.at("/choices/0/finish_reason").asText());
  }

  @Test
  void charactersAreNeverSplitBetweenChunks() {
    SseEvents events = stream(Http.COMPLETIONS, request(Http.COMPLETIONS, MIXED, 200, ""));

    List<String> texts =
        events.chunks().stream().map(chunk -> chunk.at("/choices/0/text").asText()).toList();
    assertThat(texts.subList(0, texts.size() - 2)).noneMatch(text -> text.contains("\uFFFD"));
  }

  @Test
  void noPartOfAStopStringIsEverShown() {
    String body = request(Http.COMPLETIONS, "one two STOP three ", 60, ",\"stop\":[\"STOP\"]");

    SseEvents events = stream(Http.COMPLETIONS, body);

    assertThat(events.text()).isEqualTo("one two ");
    assertThat(events.finishReason()).isEqualTo("stop");
    JsonNode finish = events.chunks().get(events.chunks().size() - 1);
    assertThat(finish.at("/choices/0/stop_reason").asText()).isEqualTo("STOP");
  }

  @Test
  void whatOnlyLookedLikeAStopStringIsShownAtTheEnd() {
    String body = request(Http.COMPLETIONS, "abc STO", 7, ",\"stop\":[\"STOP\"]");

    assertThat(stream(Http.COMPLETIONS, body).text()).isEqualTo("abc STO");
  }

  @Test
  void theModelsEndTokenEndsTheAnswerAndIsNotShown() {
    JsonNode answer = complete("[97,98,257,99]", ",\"max_tokens\":50");

    assertThat(answer.at("/choices/0/text").asText()).isEqualTo("ab");
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(answer.at("/choices/0/stop_reason").isNull()).isTrue();
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void ignoreEosGoesOn() {
    JsonNode answer = complete("[97,98,257,99]", ",\"max_tokens\":8,\"ignore_eos\":true");

    assertThat(answer.at("/choices/0/text").asText()).isEqualTo("abcabc");
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
  }

  @Test
  void aRequestsOwnStopTokenIsNamed() {
    JsonNode answer = complete("[97,98,99]", ",\"max_tokens\":50,\"stop_token_ids\":[99]");

    assertThat(answer.at("/choices/0/text").asText()).isEqualTo("ab");
    assertThat(answer.at("/choices/0/stop_reason").asInt()).isEqualTo(99);
  }

  @Test
  void completionsGiveSixteenTokensUnlessAsked() {
    JsonNode answer = complete("[97]", "");

    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(16);
  }

  @Test
  void chatGoesOnToTheEndOfTheContext() {
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"abcd\"}]}";
    JsonNode answer = http.post(Http.CHAT, body).json();

    assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(TestModelSource.MAX_CONTEXT);
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
  }

  @Test
  void anEmptyAnswerStillHasItsRoleAndItsEnd() {
    SseEvents events =
        stream(Http.COMPLETIONS, "{\"prompt\":[257,97],\"stream\":true,\"max_tokens\":5}");
    assertThat(events.text()).isEmpty();
    assertThat(events.finishReason()).isEqualTo("stop");
    assertThat(events.isDone()).isTrue();
  }

  @Test
  void headersSuitProxies() {
    Http.Answer answer = http.post(Http.CHAT, chat("abc", 2, ""));

    assertThat(answer.header("Content-Type")).isEqualTo("text/event-stream;charset=utf-8");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(answer.header("X-Accel-Buffering")).isEqualTo("no");
    assertThat(answer.header("x-request-id")).startsWith("req-");
    assertThat(answer.header("Content-Encoding")).isNull();
  }

  @Test
  void manyStreamsAtOnceKeepTheirTexts() {
    List<String> texts =
        IntStream.range(0, 8)
            .parallel()
            .mapToObj(
                i -> stream(Http.COMPLETIONS, request(Http.COMPLETIONS, "s" + i + " ", 40, "")))
            .map(SseEvents::text)
            .toList();

    assertThat(texts)
        .isEqualTo(
            IntStream.range(0, 8)
                .mapToObj(i -> Stream.generate(() -> "s" + i + " ").limit(14))
                .map(parts -> parts.collect(Collectors.joining()).substring(0, 40))
                .toList());
  }

  private JsonNode complete(String prompt, String more) {
    Http.Answer answer = http.post(Http.COMPLETIONS, "{\"prompt\":%s%s}".formatted(prompt, more));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json();
  }

  private SseEvents stream(String path, String body) {
    Http.Answer answer = http.post(path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return SseEvents.parse(answer.text());
  }

  private static String unstreamed(String body) {
    return body.replace("\"stream\":true", "\"stream\":false");
  }

  private static String request(String path, String prompt, int maxTokens, String more) {
    return path.equals(Http.CHAT)
        ? chat(prompt, maxTokens, more)
        : "{\"prompt\":\"%s\",\"stream\":true,\"max_tokens\":%d%s}"
            .formatted(prompt, maxTokens, more);
  }

  private static String chat(String prompt, int maxTokens, String more) {
    return "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"stream\":true,\"max_tokens\":%d%s}"
        .formatted(prompt, maxTokens, more);
  }
}
