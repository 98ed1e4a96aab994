package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fovea.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The shipped model over HTTP from the unpacked distribution, on the device that the property
 * {@code fovea.test.device} names; {@code fovea.test.distribution} is the distribution's folder.
 */
@Tag("distribution")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DistributionTest {
  private static final Path MODEL = Path.of("src/main/models/fovea-mini");
  private static final String DEVICE = System.getProperty("fovea.test.device");
  private static final int NUM_STREAMS = 32;
  private static final int NUM_PASSKEYS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private DistributedServer server;
  private Http http;

  @BeforeAll
  void start() throws Exception {
    server =
        DistributedServer.start(
            MODEL, "--device", DEVICE, "--max-sequences", String.valueOf(NUM_STREAMS));
    http = server.http();
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
  }

  @Test
  void versionAndMetricsNameTheDevice() {
    String version = http.get("/version").text();
    System.getLogger(DistributionTest.class.getName()).log(System.Logger.Level.INFO, version);
    assertThat(Http.parse(version).at("/served/kernels/backend").asText()).isEqualTo(DEVICE);
    assertThat(Http.parse(version).at("/served/kernels/attention_kernel").asText()).isNotBlank();
    assertThat(http.get("/metrics").text()).contains("backend=\"" + DEVICE + "\"");
  }

  @Test
  void findsFactsInTextsOfTwelveThousandTokens() throws Exception {
    int numRight = 0;
    try (Tokenizer tokenizer = Tokenizer.load(MODEL)) {
      PasskeyCases cases = new PasskeyCases(text -> tokenizer.encode(text, false).length, 12);
      for (int i = 0; i < NUM_PASSKEYS; i++) {
        PasskeyCases.Case one = cases.compose(i, 12_000, 1);
        Http.Answer answer = http.post(Http.CHAT, chat(one.message(), false));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        String said = answer.json().at("/choices/0/message/content").asText();
        numRight += one.isRight(said) ? 1 : 0;
      }
    }
    System.getLogger(DistributionTest.class.getName())
        .log(System.Logger.Level.INFO, "passkey: {0} of {1} right", numRight, NUM_PASSKEYS);
    assertThat(numRight).isGreaterThanOrEqualTo(NUM_PASSKEYS - 2);
  }

  @Test
  void manyStreamsAtOnceAllEndWell() throws Exception {
    List<Future<String>> streams = new ArrayList<>();
    ExecutorService clients = Executors.newFixedThreadPool(NUM_STREAMS);
    try {
      for (int i = 0; i < NUM_STREAMS; i++) {
        String message = "Tell me a story about fox number " + i + ".";
        streams.add(clients.submit(() -> stream(message)));
      }
      for (Future<String> stream : streams) {
        assertThat(stream.get()).isNotBlank();
      }
    } finally {
      clients.shutdown();
    }
  }

  private String stream(String message) throws Exception {
    Http.Answer answer = http.post(Http.CHAT, chat(message, true));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    SseEvents events = SseEvents.parse(answer.text());
    assertThat(events.isDone()).isTrue();
    return events.text();
  }

  private static String chat(String message, boolean isStream) throws Exception {
    return JSON.writeValueAsString(
        Map.of(
            "messages",
            List.of(Map.of("role", "user", "content", message)),
            "temperature",
            0,
            "max_tokens",
            64,
            "stream",
            isStream));
  }
}
