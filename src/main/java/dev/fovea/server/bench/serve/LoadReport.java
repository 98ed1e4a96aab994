package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run measured and with what. Latencies count from when a request was due, so a generator or
 * a server that falls behind cannot hide it.
 *
 * @param server what it says of itself at {@code /version}, or null
 * @param cuts null if nobody was to leave
 * @param latencies by the names below
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LoadReport(
    Origin origin,
    JsonNode server,
    LoadPlan settings,
    Requests requests,
    Cuts cuts,
    Tokens tokens,
    Rates rates,
    Map<String, Spread> latencies,
    List<Failure> failures,
    Seconds seconds) {
  /** From when a request was due to its first text; of streamed answers. */
  public static final String TTFT = "ttft";

  /** Mean time of an output token after the first, of each completed request. */
  public static final String TPOT = "tpot";

  /** Gaps between the events that bring text, each of which may have several tokens. */
  public static final String INTER_TOKEN = "inter_token";

  /** Some tokens are no text of their own, so that a few events fewer than tokens come. */
  private static final double ONE_AN_EVENT = 0.05;

  /** From when a request was due to the last byte of its answer. */
  public static final String END_TO_END = "end_to_end";

  /** How late requests went out. */
  public static final String SEND_LAG = "send_lag";

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * Where the figures come from.
   *
   * @param version of Fovea, whose generator it was
   * @param time of the start, as ISO 8601 has it
   * @param generatorCores processor seconds a second that the generator's process took
   */
  public record Origin(
      String version, String time, String machine, String java, double generatorCores) {}

  /**
   * Measured requests.
   *
   * @param cancelled by clients that left as planned
   * @param good completed, within the bounds that were asked for
   */
  public record Requests(long started, long completed, long cancelled, long failed, long good) {}

  /**
   * Of measured requests, those whose client was to leave: it did, or the answer was complete
   * before, or the request failed.
   *
   * @param made clients that left
   * @param beforeText of them, before any text had come
   * @param outrun by an answer that was complete before
   * @param ratio of all measured requests that were cut, in [0, 1]
   */
  public record Cuts(long planned, long made, long beforeText, long outrun, double ratio) {

    /** In a sentence. */
    String words() {
      return String.format(
          Locale.ROOT,
          "%,d planned, %,d made (%.1f %% of all requests), %,d of them before any text;"
              + " %,d answers were complete before",
          planned,
          made,
          100 * ratio,
          beforeText,
          outrun);
    }
  }

  /**
   * Of all measured requests, however they ended.
   *
   * @param cached prompt tokens that the server did not compute
   * @param perEvent output tokens an event of text of the completed streams, by their usage; null
   *     if none told it
   * @param countedBy "usage" if every completed request had it, else "events"
   */
  public record Tokens(long prompt, long cached, long output, Double perEvent, String countedBy) {

    /** Whether a gap between events is the time of one token. */
    boolean isOneAnEvent() {
      return perEvent != null && Math.abs(perEvent - 1) < ONE_AN_EVENT;
    }
  }

  /**
   * Over the time from the first measured request to the last one's end.
   *
   * @param requests completed a second
   * @param goodput good requests a second
   * @param outputTokens a second
   * @param totalTokens prompt and output tokens a second
   */
  public record Rates(
      double seconds, double requests, double goodput, double outputTokens, double totalTokens) {}

  /**
   * Requests that failed in one way.
   *
   * @param firstByte from when they were due to the head of their answer, of those that had one
   * @param example what the first of them was told, or null
   */
  public record Failure(String what, long count, Spread firstByte, String example) {}

  /** Counts in each second from the start of the run. */
  public record Seconds(long[] events, long[] started, long[] ended) {}

  /** As JSON that {@link #read} takes. */
  public void write(Path file) throws IOException {
    Files.writeString(file, JSON.writeValueAsString(this) + "\n");
  }

  /** One that was written. */
  public static LoadReport read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), LoadReport.class);
  }
}
