package dev.fovea.server.metrics;

import dev.fovea.engine.EngineStatus.Totals;
import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.RequestTrace;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.server.FoveaConfig;
import dev.fovea.server.ServedModel;
import dev.fovea.server.Version;
import dev.fovea.server.http.ConnectionCounts;
import dev.fovea.server.http.Connections;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.metrics.SharedMetricRegistries;
import io.smallrye.metrics.legacyapi.LegacyMetricRegistryAdapter;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.eclipse.microprofile.metrics.Counter;
import org.eclipse.microprofile.metrics.Metadata;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;

/**
 * Counts requests and times them; any thread. What the engine counts itself is read from it when
 * somebody looks, so that it moves while requests run.
 */
@Singleton
public final class ServerMetrics {
  private final LegacyMetricRegistryAdapter registry;
  private final EngineNumbers engine = new EngineNumbers();
  private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
  private final Distributions distributions;
  private final VllmNames vllmNames;
  private final boolean hasVllmNames;

  @Inject
  ServerMetrics(FoveaConfig config, Connections connections, ConnectionCounts ends) {
    SharedMetricRegistries.getOrCreate(MetricRegistry.BASE_SCOPE);
    registry =
        (LegacyMetricRegistryAdapter)
            SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);
    distributions = Distributions.in(registry);
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(
          outcome, registry.counter(MetricNames.REQUESTS, new Tag("outcome", outcome.label())));
    }
    registry.gauge(MetricNames.CONNECTIONS, connections::numOpen);
    for (ConnectionCounts.End end : ConnectionCounts.End.values()) {
      Tag reason = new Tag("reason", end.label());
      registry.counter(MetricNames.CONNECTIONS_ENDED, ends, counts -> counts.of(end), reason);
    }
    gauge(MetricNames.RUNNING, numbers -> numbers.load().running());
    gauge(MetricNames.WAITING, numbers -> numbers.load().waiting());
    gauge(MetricNames.KV_USAGE, EngineNumbers::kvUsage);
    gauge(MetricNames.CACHED_PAGES, numbers -> numbers.load().cachedPages());
    gauge(MetricNames.PAGES, numbers -> numbers.load().numPages());
    total(MetricNames.PROMPT_TOKENS, Totals::promptTokens);
    total(MetricNames.OUTPUT_TOKENS, Totals::outputTokens);
    total(MetricNames.CACHE_QUERIES, Totals::promptTokens);
    total(MetricNames.CACHE_HITS, Totals::cachedTokens);
    total(MetricNames.PREEMPTIONS, Totals::preemptions);
    total(MetricNames.STEPS, Totals::steps);
    vllmNames = new VllmNames(engine, outcomes, distributions);
    hasVllmNames = config.metrics().vllmNames();
    if (hasVllmNames) {
      exposition().register(vllmNames);
    }
  }

  /** The registry outlives the application in dev mode, and its gauges would hold on to it. */
  void stop(@Observes ShutdownEvent event) {
    if (hasVllmNames) {
      exposition().unregister(vllmNames);
    }
    registry.removeMatching((id, metric) -> true);
    SharedMetricRegistries.dropAll();
  }

  /** From now on the numbers are this model's. */
  public void observe(ServedModel served) {
    engine.observe(served);
    KernelsInfo kernels = served.facts().kernels();
    registry.gauge(
        MetricNames.INFO,
        () -> 1,
        new Tag("version", Version.ofThis()),
        new Tag("model", served.facts().id()),
        new Tag("backend", kernels.backend()),
        new Tag("device", kernels.device()),
        new Tag("isa", kernels.isa()),
        new Tag("attention_kernel", kernels.attentionKernel()));
  }

  /** To be taken when a request arrives. */
  public TokenTimer newTokenTimer() {
    Distributions.Times times = distributions.times();
    return new TokenTimer(times.firstToken(), times.interToken(), System::nanoTime);
  }

  /** A request has ended. What ends before the model is observed was a warm-up, not a request. */
  public void count(Ending ending, RequestTrace trace) {
    if (engine.model() == null) {
      return;
    }
    outcomes.get(Outcome.of(ending)).inc();
    distributions.add(trace);
  }

  private void gauge(Metadata metadata, ToDoubleFunction<EngineNumbers> value) {
    registry.gauge(metadata, () -> value.applyAsDouble(engine));
  }

  private void total(Metadata metadata, ToLongFunction<Totals> value) {
    registry.counter(metadata, engine, numbers -> value.applyAsLong(numbers.totals()));
  }

  /** What the library's page is made from. */
  private CollectorRegistry exposition() {
    return ((PrometheusMeterRegistry) registry.getPrometheusMeterRegistry())
        .getPrometheusRegistry();
  }
}
