package dev.fovea.server.metrics;

import dev.fovea.engine.EngineStatus.Load;
import dev.fovea.engine.EngineStatus.Totals;
import dev.fovea.model.Batch;
import dev.fovea.server.ServedModel;
import io.prometheus.client.Collector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.Snapshot;
import org.eclipse.microprofile.metrics.Timer;

/**
 * The same numbers once more under the names and labels that vLLM gives them ({@code
 * vllm/v1/metrics/loggers.py}), so that dashboards, autoscalers and the endpoint picker of the
 * Gateway API read this server as they read that one. Nothing is counted here: a look at the page
 * reads what the other names read.
 */
final class VllmNames extends Collector {
  private static final String PREFIX = "vllm:";
  private static final List<String> LABELS = List.of("model_name", "engine");
  private static final String ONLY_ENGINE = "0";
  private static final double NANOS_PER_SECOND = 1e9;

  private final EngineNumbers engine;
  private final Map<Outcome, Counter> outcomes;
  private final Distributions distributions;

  VllmNames(EngineNumbers engine, Map<Outcome, Counter> outcomes, Distributions distributions) {
    this.engine = engine;
    this.outcomes = outcomes;
    this.distributions = distributions;
  }

  /** Nothing before there is a model to name. */
  @Override
  public List<MetricFamilySamples> collect() {
    ServedModel model = engine.model();
    if (model == null) {
      return List.of();
    }
    Families families = new Families(List.of(model.facts().id(), ONLY_ENGINE));
    addLoad(families);
    addTotals(families);
    families.add("request_success", Type.COUNTER, "Requests that have ended", successes(families));
    addDistributions(families);
    return families.all;
  }

  private void addLoad(Families families) {
    Load load = engine.load();
    families.gauge("num_requests_running", "Sequences that hold pages", load.running());
    families.gauge("num_requests_waiting", "Sequences that wait for pages", load.waiting());
    families.gauge("kv_cache_usage_perc", "KV pages in use, 1 being all", engine.kvUsage());
    families.gauge("gpu_cache_usage_perc", "As vllm:kv_cache_usage_perc", engine.kvUsage());
    families.add(
        "cache_config_info",
        Type.GAUGE,
        "1; its labels say how the KV pages are cut",
        List.of(
            new MetricFamilySamples.Sample(
                PREFIX + "cache_config_info",
                List.of("block_size", "num_gpu_blocks", "engine"),
                List.of(
                    Integer.toString(Batch.PAGE_SLOTS),
                    Integer.toString(load.numPages()),
                    ONLY_ENGINE),
                1)));
  }

  private void addTotals(Families families) {
    Totals totals = engine.totals();
    families.counter("prompt_tokens", "Prompt tokens computed", totals.promptTokens());
    families.counter("generation_tokens", "Tokens generated", totals.outputTokens());
    families.counter(
        "prefix_cache_queries", "Prompt tokens looked for in the cache", totals.promptTokens());
    families.counter(
        "prefix_cache_hits", "Prompt tokens found in the cache", totals.cachedTokens());
    families.counter("num_preemptions", "Sequences preempted", totals.preemptions());
  }

  private List<MetricFamilySamples.Sample> successes(Families families) {
    Map<String, Double> byReason = new LinkedHashMap<>();
    outcomes.forEach(
        (outcome, counter) ->
            byReason.merge(outcome.vllmReason(), (double) counter.getCount(), Double::sum));
    List<MetricFamilySamples.Sample> samples = new ArrayList<>();
    byReason.forEach(
        (reason, count) ->
            samples.add(
                families.sample("request_success_total", "finished_reason", reason, count)));
    return samples;
  }

  private void addDistributions(Families families) {
    Distributions.Times times = distributions.times();
    addTimes(families, "time_to_first_token", times.firstToken());
    addTimes(families, "inter_token_latency", times.interToken());
    addTimes(families, "time_per_output_token", times.interToken());
    addTimes(families, "e2e_request_latency", times.request());
    addTimes(families, "request_queue_time", times.queue());
    addTimes(families, "request_prefill_time", times.prefill());
    addTimes(families, "request_decode_time", times.decode());
    addSizes(families, "request_prompt_tokens", distributions.sizes().prompt());
    addSizes(families, "request_generation_tokens", distributions.sizes().output());
  }

  /** The snapshot first: what comes meanwhile is then beyond its buckets, not missing from all. */
  private static void addTimes(Families families, String name, Timer timer) {
    Snapshot snapshot = timer.getSnapshot();
    double sum = timer.getElapsedTime().toNanos() / NANOS_PER_SECOND;
    families.histogram(
        name + "_seconds", snapshot, NANOS_PER_SECOND, new Whole(timer.getCount(), sum));
  }

  private static void addSizes(Families families, String name, Histogram histogram) {
    Snapshot snapshot = histogram.getSnapshot();
    families.histogram(name, snapshot, 1, new Whole(histogram.getCount(), histogram.getSum()));
  }

  /** Of a histogram. */
  private record Whole(long count, double sum) {}

  /** What has been collected, each sample with the model's labels. */
  private record Families(List<String> labelValues, List<MetricFamilySamples> all) {
    Families(List<String> labelValues) {
      this(labelValues, new ArrayList<>());
    }

    void add(String name, Type type, String help, List<MetricFamilySamples.Sample> samples) {
      all.add(new MetricFamilySamples(PREFIX + name, type, help, samples));
    }

    void gauge(String name, String help, double value) {
      add(name, Type.GAUGE, help, List.of(sample(name, value)));
    }

    void counter(String name, String help, double value) {
      add(name, Type.COUNTER, help, List.of(sample(name + "_total", value)));
    }

    /**
     * @param unit of the family in that of the snapshot's buckets
     */
    void histogram(String name, Snapshot snapshot, double unit, Whole whole) {
      List<MetricFamilySamples.Sample> samples = new ArrayList<>();
      for (Snapshot.HistogramBucket bucket : snapshot.bucketValues()) {
        String bound = doubleToGoString(bucket.getBucket() / unit);
        samples.add(sample(name + "_bucket", "le", bound, bucket.getCount()));
      }
      samples.add(sample(name + "_bucket", "le", "+Inf", whole.count));
      samples.add(sample(name + "_count", whole.count));
      samples.add(sample(name + "_sum", whole.sum));
      add(name, Type.HISTOGRAM, "As vLLM's", samples);
    }

    private MetricFamilySamples.Sample sample(String name, double value) {
      return new MetricFamilySamples.Sample(PREFIX + name, LABELS, labelValues, value);
    }

    private MetricFamilySamples.Sample sample(
        String name, String label, String labelValue, double value) {
      return new MetricFamilySamples.Sample(
          PREFIX + name, with(LABELS, label), with(labelValues, labelValue), value);
    }

    private static List<String> with(List<String> all, String more) {
      List<String> longer = new ArrayList<>(all);
      longer.add(more);
      return longer;
    }
  }
}
