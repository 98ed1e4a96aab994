package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fovea.text.Tokenizer;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The shipped model finds a fact hidden in a long text, over HTTP, greedily, on the kernels a
 * visitor gets. Nothing of a case was seen in training but three quarters of the phrasings.
 */
@QuarkusTest
@TestProfile(PasskeyTest.ShippedModel.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasskeyTest {
  private static final Path MODEL = Path.of("src/main/models/fovea-mini");
  private static final long SEED = 20_261_122;

  @TestHTTPResource URI base;
  private Tokenizer tokenizer;

  /** Serves the shipped model instead of the tests' own. */
  public static final class ShippedModel implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.model", MODEL.toString());
    }
  }

  @BeforeAll
  void open() {
    tokenizer = Tokenizer.load(MODEL);
  }

  @AfterAll
  void close() {
    tokenizer.close();
  }

  @Test
  void findsOneFactInLongTexts() throws Exception {
    assertThat(ask(List.of(1000, 2000, 3000, 4000, 6000), 20, 1).right())
        .isGreaterThanOrEqualTo(0.9);
  }

  @Test
  @Tag("battery")
  void findsOneFactInTwoHundredTexts() throws Exception {
    assertThat(ask(List.of(1000, 2000, 4000, 6000, 8000, 10_000, 12_000), 200, 1).right())
        .isGreaterThanOrEqualTo(0.98);
  }

  @Test
  @Tag("battery")
  void answersWithOneOfThreeFacts() throws Exception {
    // Which of them was asked for, the shipped model does not know much better than by chance: the
    // log has the figure, and this test no bar for it.
    assertThat(ask(List.of(1000, 2000, 4000, 8000, 12_000), 100, 3).ofTheText())
        .isGreaterThanOrEqualTo(0.9);
  }

  /**
   * Shares of the answers, 0 to 1.
   *
   * @param right with the fact that was asked for
   * @param ofTheText with any fact of the text
   */
  private record Shares(double right, double ofTheText) {}

  private Shares ask(List<Integer> lengths, int numCases, int numFacts) throws Exception {
    PasskeyCases cases =
        new PasskeyCases(text -> tokenizer.encode(text, false).length, SEED + numFacts);
    Http http = new Http(base);
    Waiting.until("the model is ready", () -> isReady(http));
    int numRight = 0;
    int numOfTheText = 0;
    int numHeldOut = 0;
    int numHeldOutRight = 0;
    for (int i = 0; i < numCases; i++) {
      // Lengths and phrasings turn at different rates, so that each length meets both kinds.
      PasskeyCases.Case one = cases.compose(i, lengths.get((i / 4) % lengths.size()), numFacts);
      String answer = ask(http, one.message());
      boolean isRight = one.isRight(answer);
      numRight += isRight ? 1 : 0;
      numOfTheText += one.isOfTheText(answer) ? 1 : 0;
      numHeldOut += one.hasHeldOutPhrasing() ? 1 : 0;
      numHeldOutRight += isRight && one.hasHeldOutPhrasing() ? 1 : 0;
    }
    System.Logger log = System.getLogger(PasskeyTest.class.getName());
    log.log(
        System.Logger.Level.INFO,
        "passkey, {0} fact(s): {1} of {2} right, of them with unseen phrasings {3} of {4};"
            + " {5} with a fact of the text",
        numFacts,
        numRight,
        numCases,
        numHeldOutRight,
        numHeldOut,
        numOfTheText);
    return new Shares(numRight / (double) numCases, numOfTheText / (double) numCases);
  }

  private static boolean isReady(Http http) {
    try {
      return http.get("/health").status() == 200;
    } catch (Exception e) {
      throw new AssertionError("the server does not answer", e);
    }
  }

  private static String ask(Http http, String message) throws Exception {
    Map<String, Object> body =
        Map.of(
            "messages",
            List.of(Map.of("role", "user", "content", message)),
            "temperature",
            0,
            "max_tokens",
            48);
    Http.Answer answer = http.post(Http.CHAT, new ObjectMapper().writeValueAsString(body));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.json().at("/choices/0/message/content").asText();
  }
}
