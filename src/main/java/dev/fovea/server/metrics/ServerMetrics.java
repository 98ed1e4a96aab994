package dev.fovea.server.metrics;

import dev.fovea.engine.EngineStatus;
import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.RequestTrace;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.server.ServedModel;
import dev.fovea.server.Version;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.metrics.SharedMetricRegistries;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Tag;
import org.eclipse.microprofile.metrics.Timer;

/** Counts requests and tokens and times them; any thread. */
@Singleton
public final class ServerMetrics {
  private static final EngineStatus.Load IDLE = new EngineStatus.Load(0, 0, 0, 0, 1);

  private final MetricRegistry registry;
  private final Timer firstToken;
  private final Timer interToken;
  private final Timer request;
  private final Timer queue;
  private volatile ServedModel model;

  @Inject
  ServerMetrics() {
    SharedMetricRegistries.getOrCreate(MetricRegistry.BASE_SCOPE);
    registry = SharedMetricRegistries.getOrCreate(MetricRegistry.APPLICATION_SCOPE);
    firstToken = registry.timer(MetricNames.FIRST_TOKEN);
    interToken = registry.timer(MetricNames.INTER_TOKEN);
    request = registry.timer(MetricNames.REQUEST);
    queue = registry.timer(MetricNames.QUEUE);
    registry.gauge(MetricNames.RUNNING, () -> load(EngineStatus.Load::running));
    registry.gauge(MetricNames.WAITING, () -> load(EngineStatus.Load::waiting));
    registry.gauge(
        MetricNames.KV_USAGE, () -> load(load -> (double) load.usedPages() / load.numPages()));
    for (String outcome : new String[] {"stop", "length", "cancelled", "failed"}) {
      registry.counter(MetricNames.REQUESTS, outcome(outcome));
    }
    registry.counter(MetricNames.PROMPT_TOKENS);
    registry.counter(MetricNames.OUTPUT_TOKENS);
    registry.counter(MetricNames.PREEMPTIONS);
  }

  /** The registry outlives the application in dev mode, and its gauges would hold on to it. */
  void stop(@Observes ShutdownEvent event) {
    registry.removeMatching((id, metric) -> true);
    SharedMetricRegistries.dropAll();
  }

  /** From now on the gauges speak of this model. */
  public void observe(ServedModel served) {
    model = served;
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
    return new TokenTimer(firstToken, interToken, System::nanoTime);
  }

  /** A request has ended. */
  public void count(Ending ending, RequestTrace trace) {
    registry.counter(MetricNames.REQUESTS, outcome(outcomeOf(ending))).inc();
    registry.counter(MetricNames.PROMPT_TOKENS).inc(trace.promptTokens());
    registry.counter(MetricNames.OUTPUT_TOKENS).inc(trace.outputTokens());
    registry.counter(MetricNames.PREEMPTIONS).inc(trace.preemptions());
    queue.update(Duration.ofNanos(trace.queueNanos()));
    request.update(
        Duration.ofNanos(trace.queueNanos() + trace.prefillNanos() + trace.decodeNanos()));
  }

  private static String outcomeOf(Ending ending) {
    if (ending instanceof Ending.Finished finished) {
      return finished.reason().name().toLowerCase(Locale.ROOT);
    }
    return ending instanceof Ending.Cancelled ? "cancelled" : "failed";
  }

  private static Tag outcome(String value) {
    return new Tag("outcome", value);
  }

  private double load(ToDoubleFunction<EngineStatus.Load> part) {
    ServedModel served = model;
    return part.applyAsDouble(served == null ? IDLE : served.engine().status().load());
  }
}
