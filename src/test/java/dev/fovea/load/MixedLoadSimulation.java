package dev.fovea.load;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jsonPath;
import static io.gatling.javaapi.core.CoreDsl.regex;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.substring;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.sse;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Simulation;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import io.gatling.javaapi.http.SseMessageCheck;
import java.time.Duration;

/**
 * Chats that stream, completions that do not, and readers that leave after the first token, side by
 * side in an open loop. The server is {@code -Dfovea.url}. Of 95 in 100 chats the answer must begin
 * within {@code -Dfovea.ttft-millis}, and so must the first token from there; a server that answers
 * no sooner than it has a token, as Fovea does, shows its time to first token as "chat".
 */
public final class MixedLoadSimulation extends Simulation {
  private static final String URL = System.getProperty("fovea.url", "http://localhost:8080");
  private static final int MAX_TTFT_MILLIS = Integer.getInteger("fovea.ttft-millis", 2_000);
  private static final Duration LENGTH = Duration.ofSeconds(20);
  private static final int PATIENCE_SECONDS = 60;
  private static final String CHAT_BEGINS = "chat";
  private static final String FIRST_TOKEN = "first token";

  private static final String CHAT =
      """
      {"messages": [{"role": "user", "content": "Tell me a story about a fox."}],
       "max_tokens": 48, "ignore_eos": true, "stream": true}\
      """;
  private static final String COMPLETION =
      """
      {"prompt": "Once upon a time", "max_tokens": 16, "ignore_eos": true}\
      """;

  private final HttpProtocolBuilder server =
      http.baseUrl(URL).contentTypeHeader("application/json").disableCaching();

  // The event is itself in a JSON string here; the opening's empty text does not count.
  private final SseMessageCheck firstToken =
      sse.checkMessage(FIRST_TOKEN).matching(regex("content\\\\?\":\\\\?\"[^\"\\\\]"));
  private final SseMessageCheck lastEvent =
      sse.checkMessage("the rest").matching(substring("[DONE]"));

  private final ChainBuilder chat =
      exec(
          sse(CHAT_BEGINS)
              .post("/v1/chat/completions")
              .body(StringBody(CHAT))
              .await(PATIENCE_SECONDS)
              .on(firstToken, lastEvent),
          sse("end of chat").close());

  private final ChainBuilder cutChat =
      exec(
          sse("cut chat")
              .post("/v1/chat/completions")
              .body(StringBody(CHAT))
              .await(PATIENCE_SECONDS)
              .on(firstToken),
          sse("leave").close());

  private final ChainBuilder completion =
      exec(
          http("completion")
              .post("/v1/completions")
              .body(StringBody(COMPLETION))
              .check(
                  status().is(200),
                  jsonPath("$.choices[0].finish_reason").is("length"),
                  jsonPath("$.usage.completion_tokens").is("16")));

  public MixedLoadSimulation() {
    setUp(
            scenario("chats").exec(chat).injectOpen(constantUsersPerSec(3).during(LENGTH)),
            scenario("completions")
                .exec(completion)
                .injectOpen(constantUsersPerSec(2).during(LENGTH)),
            scenario("cut chats").exec(cutChat).injectOpen(constantUsersPerSec(1).during(LENGTH)))
        .protocols(server)
        .assertions(
            global().failedRequests().count().is(0L),
            details(CHAT_BEGINS).responseTime().percentile(95).lt(MAX_TTFT_MILLIS),
            details(FIRST_TOKEN).responseTime().percentile(95).lt(MAX_TTFT_MILLIS));
  }
}
