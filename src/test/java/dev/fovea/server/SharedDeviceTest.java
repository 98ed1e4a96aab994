package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What requests cost each other on the shipped model: figures that only a quiet machine gives. */
@QuarkusTest
@TestProfile(ShippedModelTest.Shipped.class)
@Tag("battery")
class SharedDeviceTest {
  private static final System.Logger LOG = System.getLogger(SharedDeviceTest.class.getName());
  private static final int VOCABULARY = 1536;
  private static final int NUM_STREAMS = 8;
  private static final int LONG_PROMPT = 12_000;

  /** Of one request, as many as are computed at a time, each of nearly a whole context. */
  private static final int NUM_PROMPTS = 16;

  private static final int PROMPT_OF_MANY = 16_000;

  /** {@code fovea.step-target} on CPUs. */
  private static final double STEP_TARGET = 0.050;

  @TestHTTPResource URI base;

  @BeforeEach
  void awaitModel() {
    Http http = new Http(base);
    Waiting.until("the model is ready", () -> http.get("/health").status() == 200);
  }

  @Test
  void aLongBeginningIsComputedOnce() {
    double worst = 0;
    for (int seed = 0; seed < 3; seed++) {
      int[] prompt = TimedStream.randomPrompt(8200, VOCABULARY, seed);
      double first = TimedStream.start(base, prompt, 2).join().firstTokenSeconds();
      // The same 8k tokens, then others.
      int[] other = prompt.clone();
      Arrays.fill(other, 8192, other.length, 11);
      double second = TimedStream.start(base, other, 2).join().firstTokenSeconds();
      LOG.log(
          System.Logger.Level.INFO,
          "first token of 8,200 tokens after {0} ms, of the same 8,192 and others {1} ms: {2}",
          first * 1e3,
          second * 1e3,
          second / first);
      worst = Math.max(worst, second / first);
    }
    assertThat(worst).isLessThanOrEqualTo(0.1);
  }

  @Test
  void aLongPromptStallsNoStream() throws Exception {
    int[] longPrompt = TimedStream.randomPrompt(LONG_PROMPT, VOCABULARY, 99);
    // Brings code into being, and the prompt's time alone with it.
    final double alone =
        TimedStream.start(base, TimedStream.randomPrompt(LONG_PROMPT, VOCABULARY, 98), 1)
            .join()
            .firstTokenSeconds();
    List<CompletableFuture<TimedStream>> streams = new ArrayList<>();
    for (int i = 0; i < NUM_STREAMS; i++) {
      streams.add(TimedStream.start(base, TimedStream.randomPrompt(100, VOCABULARY, i), 4000));
    }
    Thread.sleep(3000);
    final long arrival = System.nanoTime();
    TimedStream prompt = TimedStream.start(base, longPrompt, 1).join();
    assertThat(streams).as("still running").noneMatch(CompletableFuture::isDone);
    List<TimedStream> all = streams.stream().map(CompletableFuture::join).toList();
    double[] quiet = gaps(all, arrival - 2_000_000_000L, arrival);
    double[] beside = gaps(all, arrival, prompt.firstTokenNanos());
    double bound = Math.max(3 * percentile(quiet, 99), STEP_TARGET + percentile(quiet, 50));
    LOG.log(
        System.Logger.Level.INFO,
        "inter-token of {0} streams: alone p50 {1} p99 {2} ms; beside a prompt of {3} tokens p50 {4}"
            + " p99 {5} ms, bound {6}; the prompt took {7} s, {8} s alone",
        NUM_STREAMS,
        1e3 * percentile(quiet, 50),
        1e3 * percentile(quiet, 99),
        LONG_PROMPT,
        1e3 * percentile(beside, 50),
        1e3 * percentile(beside, 99),
        1e3 * bound,
        prompt.firstTokenSeconds(),
        alone);
    assertThat(percentile(beside, 99)).isLessThanOrEqualTo(bound);
  }

  @Test
  void aRequestOfManyLongPromptsKeepsNobodyFromItsTokens() throws Exception {
    clients(10, 7000);
    List<TimedStream> alone = clients(30, 8000);
    CompletableFuture<HttpResponse<Void>> large =
        HttpClient.newHttpClient().sendAsync(manyLongPrompts(), BodyHandlers.discarding());
    Thread.sleep(3000);
    List<TimedStream> beside = clients(30, 9000);
    assertThat(large).as("still being computed").isNotDone();
    large.cancel(true);
    double first = percentile(firstTokens(beside), 99);
    double firstAlone = percentile(firstTokens(alone), 99);
    double[] quiet = gaps(alone, Long.MIN_VALUE, Long.MAX_VALUE);
    double gap = percentile(gaps(beside, Long.MIN_VALUE, Long.MAX_VALUE), 99);
    double bound = Math.max(3 * percentile(quiet, 99), STEP_TARGET + percentile(quiet, 50));
    LOG.log(
        System.Logger.Level.INFO,
        "beside {0} prompts of {1} tokens: first token p50 {2} p99 {3} ms, alone {4} and {5};"
            + " inter-token p99 {6} ms, alone {7}, bound {8}",
        NUM_PROMPTS,
        PROMPT_OF_MANY,
        1e3 * percentile(firstTokens(beside), 50),
        1e3 * first,
        1e3 * percentile(firstTokens(alone), 50),
        1e3 * firstAlone,
        1e3 * gap,
        1e3 * percentile(quiet, 99),
        1e3 * bound);
    assertThat(first).isLessThanOrEqualTo(3 * firstAlone);
    assertThat(gap).isLessThanOrEqualTo(bound);
  }

  /** One client after the other, with prompts of 512 tokens that nobody had before. */
  private List<TimedStream> clients(int count, int seed) {
    return IntStream.range(seed, seed + count)
        .mapToObj(
            each -> TimedStream.start(base, TimedStream.randomPrompt(512, VOCABULARY, each), 48))
        .map(CompletableFuture::join)
        .toList();
  }

  private HttpRequest manyLongPrompts() {
    String prompts =
        IntStream.range(0, NUM_PROMPTS)
            .mapToObj(each -> TimedStream.randomPrompt(PROMPT_OF_MANY, VOCABULARY, 500 + each))
            .map(Arrays::toString)
            .collect(Collectors.joining(","));
    return HttpRequest.newBuilder(base.resolve(Http.COMPLETIONS))
        .header("Content-Type", "application/json")
        .POST(
            BodyPublishers.ofString(
                "{\"prompt\":[%s],\"max_tokens\":100,\"ignore_eos\":true}".formatted(prompts)))
        .build();
  }

  private static double[] firstTokens(List<TimedStream> streams) {
    return streams.stream().mapToDouble(TimedStream::firstTokenSeconds).sorted().toArray();
  }

  private static double[] gaps(List<TimedStream> streams, long from, long to) {
    return streams.stream()
        .flatMapToDouble(stream -> DoubleStream.of(stream.gapsBetween(from, to)))
        .sorted()
        .toArray();
  }

  private static double percentile(double[] sorted, int percent) {
    return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
