package dev.fovea.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fovea.server.Http;
import dev.fovea.server.ParrotRunner;
import dev.fovea.server.RawConnection;
import dev.fovea.server.TestModelSource;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of metrics: its format, its names, and that it tells what has happened. */
@QuarkusTest
class MetricsTest {
  private static final String POST = "{\"prompt\":[%s],\"max_tokens\":%d,\"stream\":true}";
  private static final int NUM_REQUESTS = 3;
  private static final int NUM_PROMPT = 5;
  private static final int NUM_OUTPUT = 7;

  @TestHTTPResource URI base;
  private Http http;

  @BeforeEach
  void connect() {
    http = new Http(base);
    Waiting.until("no test's request is left", () -> value("fovea_requests_running") == 0);
  }

  @Test
  void theFormatIsSaid() {
    Http.Answer answer = http.get("/metrics");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(answer.text()).doesNotContain("quantile=");
    assertThat(page().family("fovea_info").value("backend", "test", "attention_kernel", "none"))
        .isEqualTo(1);
  }

  /** Also to scrapers that would like another better, and to no page of a website. */
  @Test
  void thereIsOneFormatForAll() {
    HttpRequest request =
        http.request("/metrics")
            .header("Accept", "application/openmetrics-text; version=1.0.0")
            .GET()
            .build();
    Http.Answer answer = http.send(request);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
  }

  /** Of the published dashboards, the scalers on the queue, and the Gateway API's picker. */
  @ParameterizedTest
  @CsvSource({
    "vllm:num_requests_running, gauge, fovea_requests_running",
    "vllm:num_requests_waiting, gauge, fovea_requests_waiting",
    "vllm:kv_cache_usage_perc, gauge, fovea_kv_usage_ratio",
    "vllm:gpu_cache_usage_perc, gauge, fovea_kv_usage_ratio",
    "vllm:prefix_cache_queries_total, counter, fovea_prefix_cache_queries_total",
    "vllm:prefix_cache_hits_total, counter, fovea_prefix_cache_hits_total",
    "vllm:num_preemptions_total, counter, fovea_preemptions_total",
    "vllm:prompt_tokens_total, counter, fovea_prompt_tokens_total",
    "vllm:generation_tokens_total, counter, fovea_generated_tokens_total",
    "vllm:time_to_first_token_seconds, histogram, fovea_time_to_first_token_seconds",
    "vllm:inter_token_latency_seconds, histogram, fovea_inter_token_seconds",
    "vllm:time_per_output_token_seconds, histogram, fovea_inter_token_seconds",
    "vllm:e2e_request_latency_seconds, histogram, fovea_request_seconds",
    "vllm:request_queue_time_seconds, histogram, fovea_request_queue_seconds",
    "vllm:request_prefill_time_seconds, histogram, fovea_request_prefill_seconds",
    "vllm:request_decode_time_seconds, histogram, fovea_request_decode_seconds",
    "vllm:request_prompt_tokens, histogram, fovea_request_prompt_tokens",
    "vllm:request_generation_tokens, histogram, fovea_request_generated_tokens",
  })
  void bothNamesTellTheSame(String vllm, String type, String own) {
    complete(NUM_PROMPT, NUM_OUTPUT);
    Exposition page = page();
    Exposition.Family alias = page.family(vllm);
    Exposition.Family source = page.family(own);
    Map<String, String> labels = Map.of("model_name", TestModelSource.ID, "engine", "0");

    assertThat(alias.type()).isEqualTo(type).isEqualTo(source.type());
    assertThat(alias.samples()).allMatch(sample -> contains(sample.labels(), labels));
    if (type.equals("histogram")) {
      assertThat(alias.count()).isEqualTo(source.count()).isPositive();
      assertThat(alias.sum()).isEqualTo(source.sum(), within(1e-9 * source.sum()));
      assertThat(alias.bounds()).isEqualTo(source.bounds()).hasSizeGreaterThan(15);
      for (int i = 0; i < alias.bounds().size(); i++) {
        assertThat(alias.samples().get(i).value()).isEqualTo(source.samples().get(i).value());
      }
    } else {
      assertThat(alias.value()).isEqualTo(source.value());
    }
  }

  @Test
  void aKnownLoadIsTold() {
    Exposition before = page();
    for (int i = 0; i < NUM_REQUESTS; i++) {
      complete(NUM_PROMPT, NUM_OUTPUT);
    }
    Exposition after = settled(before, "length", NUM_REQUESTS);

    assertThat(added(before, after, "fovea_prompt_tokens_total"))
        .isEqualTo(NUM_REQUESTS * NUM_PROMPT);
    assertThat(added(before, after, "fovea_generated_tokens_total"))
        .isEqualTo(NUM_REQUESTS * NUM_OUTPUT);
    assertThat(added(before, after, "fovea_prefix_cache_queries_total"))
        .isEqualTo(NUM_REQUESTS * NUM_PROMPT);
    assertThat(added(before, after, "fovea_steps_total")).isGreaterThanOrEqualTo(NUM_OUTPUT);
    for (String time : new String[] {"", "_queue", "_prefill", "_decode"}) {
      Exposition.Family family = after.family("fovea_request" + time + "_seconds");
      assertThat(family.count() - before.family(family.name()).count())
          .as(family.name())
          .isEqualTo(NUM_REQUESTS);
    }
    assertCounted(before, after, "fovea_time_to_first_token_seconds", NUM_REQUESTS);
    assertCounted(before, after, "fovea_inter_token_seconds", NUM_REQUESTS * (NUM_OUTPUT - 1));
    assertCounted(before, after, "fovea_request_prompt_tokens", NUM_REQUESTS);
    assertThat(summed(before, after, "fovea_request_prompt_tokens"))
        .isEqualTo(NUM_REQUESTS * NUM_PROMPT);
    assertThat(summed(before, after, "fovea_request_generated_tokens"))
        .isEqualTo(NUM_REQUESTS * NUM_OUTPUT);
    assertThat(after.family("fovea_requests_waiting").value()).isZero();
    assertThat(after.family("fovea_kv_usage_ratio").value()).isZero();
    assertThat(after.family("fovea_kv_pages").value())
        .isEqualTo(
            page().family("vllm:cache_config_info").samples().stream()
                .mapToDouble(sample -> Double.parseDouble(sample.labels().get("num_gpu_blocks")))
                .sum());
  }

  /** Request after request: only so is each outcome's own. */
  @Test
  void howRequestsEndIsTold() throws IOException {
    Exposition before = page();
    http.post(Http.COMPLETIONS, POST.formatted("65,66," + ParrotRunner.END, 9));
    before = assertOneMore(before, "stop", "stop");
    http.post(Http.COMPLETIONS, POST.formatted("65", 9));
    before = assertOneMore(before, "length", "length");
    http.post(Http.COMPLETIONS, POST.formatted(ParrotRunner.POISON, 9));
    before = assertOneMore(before, "failed", "error");
    try (RawConnection left = slow()) {
      left.readUntil("data: ");
    }
    assertOneMore(before, "cancelled", "abort");
  }

  @Test
  void tokensAreCountedWhileARequestRuns() throws IOException {
    double prompt = value("fovea_prompt_tokens_total");
    double output = value("vllm:generation_tokens_total");
    double ended = value("fovea_requests_total", "outcome", "cancelled");
    try (RawConnection stream = slow()) {
      stream.readUntil("data: ");
      Waiting.until("the tokens move", () -> value("vllm:generation_tokens_total") > output + 2);
      assertThat(value("fovea_prompt_tokens_total")).isEqualTo(prompt + 2);
      assertThat(value("fovea_requests_running")).isEqualTo(1);
      assertThat(value("vllm:kv_cache_usage_perc")).isPositive().isLessThan(1);
      assertThat(value("fovea_requests_total", "outcome", "cancelled")).isEqualTo(ended);
    }
  }

  private void complete(int numPrompt, int numOutput) {
    String prompt = "65" + ",66".repeat(numPrompt - 1);
    assertThat(http.post(Http.COMPLETIONS, POST.formatted(prompt, numOutput)).status())
        .isEqualTo(200);
  }

  private RawConnection slow() throws IOException {
    return RawConnection.posting(
        base, Http.COMPLETIONS, POST.formatted("65," + ParrotRunner.SLOW, 400));
  }

  private Exposition page() {
    return Exposition.parse(http.get("/metrics").text());
  }

  private double value(String family, String... labels) {
    return page().family(family).value(labels);
  }

  /** A request is counted after its client has its last word. */
  private Exposition settled(Exposition before, String outcome, int numMore) {
    double was = before.family("fovea_requests_total").value("outcome", outcome);
    Waiting.until(
        "so many more end with " + outcome,
        () -> value("fovea_requests_total", "outcome", outcome) == was + numMore);
    return page();
  }

  private Exposition assertOneMore(Exposition before, String outcome, String vllmReason) {
    Exposition after = settled(before, outcome, 1);
    for (Exposition.Sample sample : after.family("fovea_requests_total").samples()) {
      String other = sample.labels().get("outcome");
      double was = before.family("fovea_requests_total").value("outcome", other);
      assertThat(sample.value() - was).as(other).isEqualTo(other.equals(outcome) ? 1 : 0);
    }
    for (Exposition.Sample sample : after.family("vllm:request_success_total").samples()) {
      String other = sample.labels().get("finished_reason");
      double was = before.family("vllm:request_success_total").value("finished_reason", other);
      assertThat(sample.value() - was).as(other).isEqualTo(other.equals(vllmReason) ? 1 : 0);
    }
    return after;
  }

  private static double added(Exposition before, Exposition after, String family) {
    return after.family(family).value() - before.family(family).value();
  }

  private static double summed(Exposition before, Exposition after, String family) {
    return after.family(family).sum() - before.family(family).sum();
  }

  private static void assertCounted(
      Exposition before, Exposition after, String family, int expected) {
    assertThat(after.family(family).count() - before.family(family).count())
        .as(family)
        .isEqualTo(expected);
  }

  private static boolean contains(Map<String, String> all, Map<String, String> some) {
    return all.entrySet().containsAll(some.entrySet());
  }
}
