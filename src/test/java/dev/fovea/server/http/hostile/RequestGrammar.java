package dev.fovea.server.http.hostile;

import dev.fovea.server.http.hostile.Draft.Header;
import java.util.List;
import java.util.Random;

/** Requests over every route with faults of every kind in them; equal seeds give equal requests. */
final class RequestGrammar {
  private static final String PROMPT =
      "{\"prompt\":\"abc\",\"max_tokens\":2,\"temperature\":0.5,\"stop\":[\"x\"]}";
  private static final String STREAM =
      "{\"prompt\":[65,66],\"max_tokens\":3,\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
  private static final String CHAT =
      "{\"messages\":[{\"role\":\"system\",\"content\":\"be\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}]}],\"max_tokens\":2}";

  /** Method, path and body of requests that are right. */
  private static final String[][] ROUTES = {
    {"POST", "/v1/completions", PROMPT},
    {"POST", "/v1/completions", STREAM},
    {"POST", "/v1/completions", "{\"prompt\":[\"a\",\"b\"],\"max_tokens\":1,\"n\":2}"},
    {"POST", "/v1/chat/completions", CHAT},
    {"POST", "/v1/chat/completions", CHAT.replace("{\"messages", "{\"stream\":true,\"messages")},
    {"POST", "/tokenize", "{\"prompt\":\"some text\"}"},
    {"POST", "/tokenize", CHAT},
    {"POST", "/detokenize", "{\"tokens\":[1,2,3]}"},
    {"GET", "/v1/models", null},
    {"GET", "/v1/models/test/parrot", null},
    {"GET", "/health", null},
    {"GET", "/q/health", null},
    {"GET", "/q/health/live", null},
    {"GET", "/q/health/ready", null},
    {"GET", "/q/health/started", null},
    {"GET", "/metrics", null},
    {"GET", "/version", null},
    {"GET", "/examples", null},
    {"GET", "/q/openapi", null},
    {"GET", "/q/swagger-ui", null},
    {"GET", "/q/swagger-ui/", null},
    {"GET", "/q/swagger-ui/swagger-ui.css", null},
    {"GET", "/", null},
    {"GET", "/index.html", null},
    {"GET", "/app.js", null},
    {"GET", "/stream.js", null},
    {"GET", "/app.css", null},
    {"GET", "/icon.svg", null},
  };

  private static final double ANOTHER_FAULT = 0.35;

  private final Random random;

  RequestGrammar(long seed) {
    random = new Random(seed);
  }

  /** Draws from what there is. */
  static <T> T oneOf(Random random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  Draft next() {
    // Half of them for the routes with bodies, which have the most to be wrong.
    int numPosting = 8;
    String[] route = ROUTES[random.nextInt(random.nextBoolean() ? numPosting : ROUTES.length)];
    Draft draft = new Draft(route[0], route[1], route[2]);
    do {
      faultsFor(draft).apply(draft, random);
    } while (random.nextDouble() < ANOTHER_FAULT);
    return draft;
  }

  private Fault faultsFor(Draft draft) {
    int kind = random.nextInt(100);
    if (draft.body != null && kind < 60) {
      return oneOf(random, BodyFaults.ALL);
    }
    return oneOf(random, kind % 2 == 0 ? HeadFaults.TARGETS : HeadFaults.HEADERS);
  }

  /** One kind of fault. */
  @FunctionalInterface
  interface Fault {
    void apply(Draft draft, Random random);
  }

  /** A header of any name with any value. */
  static Fault header(String name, String... values) {
    return (draft, random) -> draft.set(name, oneOf(random, List.of(values)));
  }

  /** A header beside those of its name. */
  static Fault anotherHeader(String name, String value) {
    return (draft, random) ->
        draft.headers.add(random.nextInt(draft.headers.size() + 1), new Header(name, value));
  }
}
