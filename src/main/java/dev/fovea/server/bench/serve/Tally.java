package dev.fovea.server.bench.serve;

import dev.fovea.server.bench.serve.LoadPlan.Slo;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts what happens; of latencies, those of measured requests. One thread. */
final class Tally {
  private final Slo slo;
  private final Histogram firstEvents = histogram();
  private final Histogram perToken = histogram();
  private final Histogram gaps = histogram();
  private final Histogram ends = histogram();
  private final Histogram lags = histogram();
  private final Map<String, Failures> failures = new TreeMap<>();
  private final EnumMap<CallOutcome, Long> outcomes = new EnumMap<>(CallOutcome.class);
  private final SecondCounts secondCounts = new SecondCounts();

  private long numMeasured;
  private long numGood;
  private long numLeaving;
  private long numOutrun;
  private long numBeforeText;
  private long numPromptTokens;
  private long numCachedTokens;
  private long numOutputTokens;
  private long numStreamedTokens;
  private long numStreamedEvents;
  private boolean isCountedByEvents;
  private long firstDue = Long.MAX_VALUE;
  private long lastEnd;

  /**
   * @param slo null: every completed request is a good one
   */
  Tally(Slo slo) {
    this.slo = slo;
  }

  private static final class Failures {
    private final Histogram firstBytes = histogram();
    private long count;
    private String example;
  }

  /** A request is on its way. */
  void started(Exchange exchange, long now) {
    secondCounts.started(now);
    if (exchange.isMeasured()) {
      numMeasured++;
      firstDue = Math.min(firstDue, exchange.due());
      record(lags, now - exchange.due());
    }
  }

  /** Some text has come. */
  void event(Exchange exchange, long now) {
    secondCounts.event(now);
    long gap = exchange.event(now);
    if (!exchange.isMeasured()) {
      return;
    }
    if (gap < 0) {
      record(firstEvents, exchange.timeToFirstEvent());
    } else {
      record(gaps, gap);
    }
  }

  void ended(Exchange exchange, CallOutcome outcome, long now) {
    secondCounts.ended(now);
    if (!exchange.isMeasured()) {
      return;
    }
    lastEnd = Math.max(lastEnd, now);
    outcomes.merge(outcome, 1L, Long::sum);
    if (exchange.call().isLeaving()) {
      leaving(exchange, outcome);
    }
    numPromptTokens += exchange.promptTokens();
    numCachedTokens += exchange.cachedTokens();
    numOutputTokens += exchange.outputTokens();
    if (outcome == CallOutcome.COMPLETED) {
      completed(exchange, now - exchange.due());
    } else if (outcome.isFailure()) {
      failed(exchange, outcome);
    }
  }

  private void leaving(Exchange exchange, CallOutcome outcome) {
    numLeaving++;
    numOutrun += outcome == CallOutcome.COMPLETED ? 1 : 0;
    numBeforeText += outcome == CallOutcome.CANCELLED && exchange.numEvents() == 0 ? 1 : 0;
  }

  private void completed(Exchange exchange, long endToEnd) {
    isCountedByEvents |= !exchange.hasUsage();
    if (exchange.hasUsage() && exchange.numEvents() > 0) {
      numStreamedTokens += exchange.outputTokens();
      numStreamedEvents += exchange.numEvents();
    }
    record(ends, endToEnd);
    if (exchange.numEvents() > 1) {
      record(perToken, exchange.timePerToken());
    }
    numGood += isGood(exchange, endToEnd) ? 1 : 0;
  }

  private boolean isGood(Exchange exchange, long endToEnd) {
    // What is not streamed comes to its reader at the end; so do tokens that are no text.
    long first = exchange.numEvents() > 0 ? exchange.timeToFirstEvent() : endToEnd;
    return slo == null
        || isWithin(first, slo.ttft())
            && isWithin(exchange.timePerToken(), slo.tpot())
            && isWithin(exchange.longestGap(), slo.itl())
            && isWithin(endToEnd, slo.e2e());
  }

  private static boolean isWithin(long nanos, Double millis) {
    return millis == null || nanos <= millis * 1e6;
  }

  private void failed(Exchange exchange, CallOutcome outcome) {
    String what = outcome == CallOutcome.REFUSED ? "status " + exchange.status() : outcome.words();
    Failures kind = failures.computeIfAbsent(what, name -> new Failures());
    kind.count++;
    if (kind.example == null) {
      kind.example = exchange.error();
    }
    if (!exchange.isUnanswered()) {
      record(kind.firstBytes, exchange.timeToHead());
    }
  }

  /** Measured requests that have started. */
  long numMeasured() {
    return numMeasured;
  }

  LoadReport.Requests requests() {
    long completed = outcomes.getOrDefault(CallOutcome.COMPLETED, 0L);
    long cancelled = outcomes.getOrDefault(CallOutcome.CANCELLED, 0L);
    return new LoadReport.Requests(
        numMeasured, completed, cancelled, numMeasured - completed - cancelled, numGood);
  }

  /** Null if nobody was to leave. */
  LoadReport.Cuts cuts() {
    long made = requests().cancelled();
    return numLeaving == 0
        ? null
        : new LoadReport.Cuts(
            numLeaving, made, numBeforeText, numOutrun, (double) made / numMeasured);
  }

  LoadReport.Rates rates() {
    double seconds = Math.max(1, lastEnd - firstDue) * 1e-9;
    return new LoadReport.Rates(
        seconds,
        requests().completed() / seconds,
        numGood / seconds,
        numOutputTokens / seconds,
        (numPromptTokens + numOutputTokens) / seconds);
  }

  LoadReport.Tokens tokens() {
    return new LoadReport.Tokens(
        numPromptTokens,
        numCachedTokens,
        numOutputTokens,
        numStreamedEvents == 0 ? null : (double) numStreamedTokens / numStreamedEvents,
        isCountedByEvents ? "events" : "usage");
  }

  Map<String, Spread> latencies() {
    Map<String, Spread> latencies = new LinkedHashMap<>();
    latencies.put(LoadReport.TTFT, Spread.of(firstEvents));
    latencies.put(LoadReport.TPOT, Spread.of(perToken));
    latencies.put(LoadReport.INTER_TOKEN, Spread.of(gaps));
    latencies.put(LoadReport.END_TO_END, Spread.of(ends));
    latencies.put(LoadReport.SEND_LAG, Spread.of(lags));
    return latencies;
  }

  List<LoadReport.Failure> failures() {
    List<LoadReport.Failure> all = new ArrayList<>();
    failures.forEach(
        (what, kind) ->
            all.add(
                new LoadReport.Failure(
                    what, kind.count, Spread.of(kind.firstBytes), kind.example)));
    return all;
  }

  SecondCounts secondCounts() {
    return secondCounts;
  }

  private static Histogram histogram() {
    return new Histogram(1_000, 3_600_000_000_000L, 3);
  }

  private static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.max(0, Math.min(nanos, histogram.getHighestTrackableValue())));
  }
}
