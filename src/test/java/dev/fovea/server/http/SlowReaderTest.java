package dev.fovea.server.http;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.engine.EngineStatus;
import dev.fovea.server.Http;
import dev.fovea.server.ModelService;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import dev.fovea.server.SseEvents;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Clients that read slowly or not at all: what they leave unread is bounded, and so is the wait.
 */
@QuarkusTest
@TestProfile(SlowReaderTest.Impatient.class)
class SlowReaderTest {
  private static final Duration PATIENCE = Duration.ofMillis(1500);
  private static final int SEND_BUFFER = 16 * 1024;
  private static final int RECEIVE_BUFFER = 16 * 1024;
  private static final int MAX_TOKENS = 480;
  private static final int OTHERS_TOKENS = 240;
  private static final long PAUSE_MILLIS = 1300;

  /** In every event, so that a few of them are much to leave unread. */
  private static final String LONG_NAME = "parrot-".repeat(300);

  private static final int SLOW = ParrotRunner.SLOW;

  @TestHTTPResource URI base;
  @Inject ModelService models;

  /** Little room in the kernel, and a shorter wait than the default. */
  public static final class Impatient implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "fovea.limits.reader-patience", PATIENCE.toString(),
          "fovea.served-model-name", LONG_NAME,
          "test.send-buffer", Integer.toString(SEND_BUFFER));
    }
  }

  @Test
  void aReaderThatStopsIsCutOffAndNobodyElseIs() throws Exception {
    try (RawConnection stopped = connect()) {
      stopped.post(Http.COMPLETIONS, request("[65,65,65,%d]".formatted(SLOW), 3, MAX_TOKENS));
      stopped.readUntil("data: ");
      CompletableFuture<SseEvents> other = CompletableFuture.supplyAsync(this::readAll);
      Waiting.until("its generations are cancelled", () -> load().running() == 1);
      assertThat(other).as("the other one is still reading").isNotDone();
      assertThat(other.get(20, TimeUnit.SECONDS).text()).isEqualTo("bc".repeat(OTHERS_TOKENS / 3));
      Waiting.until("all pages are free", () -> load().running() + load().usedPages() == 0);

      String read = stopped.readToTheEnd();
      assertThat(read).as("cut, not closed").doesNotContain("[DONE]").doesNotEndWith("0\r\n\r\n");
    }
  }

  @Test
  void aReaderThatOnlyPausesGetsEveryByte() throws Exception {
    String answer;
    try (RawConnection pausing = connect()) {
      pausing.post(Http.COMPLETIONS, request("[98,99,%d]".formatted(SLOW), 2, OTHERS_TOKENS));
      pausing.readUntil("data: ");
      Thread.sleep(PAUSE_MILLIS);
      answer = "data: " + pausing.readUntil("[DONE]\n\n");
    }
    SseEvents events = SseEvents.parse(answer.replaceAll("\r\n[0-9a-f]+\r\n", ""));
    String said = "bc".repeat(OTHERS_TOKENS / 3);
    for (int choice = 0; choice < 2; choice++) {
      List<JsonNode> chunks = chunks(events, choice);
      assertThat(chunks.stream().map(chunk -> chunk.get("text").asText()))
          .as("what the pause held back came in one piece")
          .anyMatch(text -> text.length() > 5);
      assertThat(chunks.stream().map(chunk -> chunk.get("text").asText()).collect(joining()))
          .isEqualTo(choice == 0 ? said : said.substring(1) + "b");
      assertThat(chunks.get(chunks.size() - 1).get("finish_reason").asText()).isEqualTo("length");
    }
  }

  private static List<JsonNode> chunks(SseEvents events, int index) {
    return events.chunks().stream()
        .flatMap(chunk -> Stream.ofNullable(chunk.get("choices").get(0)))
        .filter(choice -> choice.get("index").asInt() == index)
        .toList();
  }

  private SseEvents readAll() {
    String body = request("[98,99,%d]".formatted(SLOW), 1, OTHERS_TOKENS);
    return SseEvents.parse(new Http(base).post(Http.COMPLETIONS, body).text());
  }

  private static String request(String prompt, int n, int maxTokens) {
    return "{\"prompt\":%s,\"n\":%d,\"max_tokens\":%d,\"stream\":true}"
        .formatted(prompt, n, maxTokens);
  }

  private RawConnection connect() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BUFFER);
    socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
    return RawConnection.on(socket);
  }

  private EngineStatus.Load load() {
    return models.require().engine().status().load();
  }
}
