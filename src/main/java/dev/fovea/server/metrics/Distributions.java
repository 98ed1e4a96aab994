package dev.fovea.server.metrics;

import dev.fovea.engine.RequestTrace;
import java.time.Duration;
import org.eclipse.microprofile.metrics.Histogram;
import org.eclipse.microprofile.metrics.MetricRegistry;
import org.eclipse.microprofile.metrics.Timer;

/** What is known of requests by its distribution. */
record Distributions(Times times, Sizes sizes) {

  /** Of tokens from a request's arrival, of its phases from its submission. */
  record Times(
      Timer firstToken,
      Timer interToken,
      Timer request,
      Timer queue,
      Timer prefill,
      Timer decode) {}

  /** In tokens. */
  record Sizes(Histogram prompt, Histogram output) {}

  static Distributions in(MetricRegistry registry) {
    return new Distributions(
        new Times(
            registry.timer(MetricNames.FIRST_TOKEN),
            registry.timer(MetricNames.INTER_TOKEN),
            registry.timer(MetricNames.REQUEST),
            registry.timer(MetricNames.QUEUE),
            registry.timer(MetricNames.PREFILL),
            registry.timer(MetricNames.DECODE)),
        new Sizes(
            registry.histogram(MetricNames.REQUEST_PROMPT),
            registry.histogram(MetricNames.REQUEST_OUTPUT)));
  }

  /** A request has ended; a phase that it did not reach is not counted. */
  void add(RequestTrace trace) {
    long nanos = trace.queueNanos() + trace.prefillNanos() + trace.decodeNanos();
    times.request.update(Duration.ofNanos(nanos));
    times.queue.update(Duration.ofNanos(trace.queueNanos()));
    addReached(times.prefill, trace.prefillNanos());
    addReached(times.decode, trace.decodeNanos());
    sizes.prompt.update(trace.promptTokens());
    sizes.output.update(trace.outputTokens());
  }

  private static void addReached(Timer phase, long nanos) {
    if (nanos > 0) {
      phase.update(Duration.ofNanos(nanos));
    }
  }
}
