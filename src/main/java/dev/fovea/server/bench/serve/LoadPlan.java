package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is sent, when and for how long; equal plans send equal requests.
 *
 * @param slo null: every completed request is a good one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadPlan(
    Target target, Rhythm rhythm, Extent extent, Shape shape, Slo slo, long seed) {

  /**
   * When requests start. Exactly one of the two is above 0.
   *
   * @param perSecond open loop: so many a second on average, at random times that no answer delays
   *     (a Poisson process)
   * @param concurrency closed loop: so many at a time, the next when one has ended
   */
  public record Rhythm(double perSecond, int concurrency) {

    boolean isOpenLoop() {
      return perSecond > 0;
    }
  }

  /**
   * When it ends: at the first of two bounds; one of them may be null.
   *
   * @param requests measured at most
   * @param seconds after the warm-up in which requests start
   * @param warmUpSeconds of the same load before it, which is not measured
   * @param timeoutSeconds after which an unanswered request is given up
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Extent(Long requests, Double seconds, double warmUpSeconds, double timeoutSeconds) {

    /** No request starts then or later, in nanoseconds from the start. */
    long endNanos() {
      return seconds == null ? Long.MAX_VALUE : (long) ((warmUpSeconds + seconds) * 1e9);
    }

    long maxRequests() {
      return requests == null ? Long.MAX_VALUE : requests;
    }
  }

  /** What a request asks for. */
  public enum Endpoint {
    COMPLETIONS("/completions"),
    CHAT("/chat/completions");

    private final String path;

    Endpoint(String path) {
      this.path = path;
    }

    String path() {
      return path;
    }
  }

  /**
   * One request.
   *
   * @param model null: whatever the server has
   * @param prefixTokens at the start of every prompt and the same in all, before promptTokens
   * @param idsBelow prompts are random token ids below it; 0: they are text, a word for a token
   * @param ignoreEos asks for all output tokens, whatever the model says
   * @param wholeRatio of requests, in [0, 1], whose answer is not streamed
   * @param cancelRatio of requests, in [0, 1], whose client goes away at a point of the answer that
   *     the seed says: once so much of the output has come as text, or so much of the time that an
   *     answer of its length takes has passed, since a model may say things that are no text
   */
  public record Shape(
      Endpoint endpoint,
      String model,
      Range promptTokens,
      int prefixTokens,
      Range outputTokens,
      int idsBelow,
      boolean ignoreEos,
      double wholeRatio,
      double cancelRatio) {}

  /** What a good request keeps to, in milliseconds; null where nothing is asked. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Slo(Double ttft, Double tpot, Double itl, Double e2e) {
    private static final List<String> NAMES = List.of("ttft", "tpot", "itl", "e2e");

    /**
     * @param text {@code ttft:500,itl:100}
     * @throws IllegalArgumentException for other text
     */
    public static Slo of(String text) {
      Map<String, Double> bounds = new HashMap<>();
      for (String part : text.split(",")) {
        String[] pair = part.split(":", 2);
        if (pair.length < 2 || !NAMES.contains(pair[0])) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "expected some of %s, each with its milliseconds, got %s",
                  NAMES,
                  part));
        }
        bounds.put(pair[0], Double.valueOf(pair[1]));
      }
      return new Slo(bounds.get("ttft"), bounds.get("tpot"), bounds.get("itl"), bounds.get("e2e"));
    }
  }
}
