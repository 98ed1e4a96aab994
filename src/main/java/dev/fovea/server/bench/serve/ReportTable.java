package dev.fovea.server.bench.serve;

import dev.fovea.server.bench.serve.LoadPlan.Shape;
import java.io.PrintWriter;
import java.util.Locale;

/** A report for a terminal. */
public final class ReportTable {
  private final LoadReport report;

  public ReportTable(LoadReport report) {
    this.report = report;
  }

  public void print(PrintWriter out) {
    LoadReport.Requests requests = report.requests();
    LoadReport.Rates rates = report.rates();
    LoadReport.Tokens tokens = report.tokens();
    out.println(describe(report.settings()));
    line(
        out,
        "requests",
        "%,d started, %,d completed, %,d cancelled, %,d failed in %.1f s",
        requests.started(),
        requests.completed(),
        requests.cancelled(),
        requests.failed(),
        rates.seconds());
    if (report.cuts() != null) {
      line(out, "cuts", "%s", report.cuts().words());
    }
    line(
        out,
        "rates",
        "%.2f requests/s, %.2f good/s, %,.1f output tok/s, %,.1f tok/s in all",
        rates.requests(),
        rates.goodput(),
        rates.outputTokens(),
        rates.totalTokens());
    line(
        out,
        "tokens",
        "%,d prompt (%,d cached), %,d output%s, by %s",
        tokens.prompt(),
        tokens.cached(),
        tokens.output(),
        tokens.perEvent() == null
            ? ""
            : String.format(Locale.ROOT, " (%.2f an event)", tokens.perEvent()),
        tokens.countedBy());
    out.printf(
        Locale.ROOT,
        "%-12s %9s %9s %9s %9s %9s %9s %9s%n",
        "ms",
        "count",
        "mean",
        "p50",
        "p90",
        "p95",
        "p99",
        "max");
    report.latencies().forEach((name, spread) -> out.println(row(words(name), spread)));
    for (LoadReport.Failure failure : report.failures()) {
      line(
          out,
          "failed",
          "%,d %s%s%s",
          failure.count(),
          failure.what(),
          firstByte(failure),
          example(failure));
    }
    line(
        out,
        "generator",
        "%.2f cores of %s",
        report.origin().generatorCores(),
        report.origin().machine());
  }

  /** What was sent, in a sentence. */
  static String describe(LoadPlan plan) {
    Shape shape = plan.shape();
    return String.format(
        Locale.ROOT,
        "%s of %s, %s; prompts of %s%s %s, outputs of %s tokens%s%s; seed %d",
        shape.endpoint().name().toLowerCase(Locale.ROOT),
        shape.model() == null ? "the model" : shape.model(),
        plan.rhythm().isOpenLoop()
            ? String.format(Locale.ROOT, "%s a second", plan.rhythm().perSecond())
            : String.format(Locale.ROOT, "%d at a time", plan.rhythm().concurrency()),
        shape.prefixTokens() > 0 ? shape.prefixTokens() + " shared and " : "",
        shape.promptTokens(),
        shape.idsBelow() > 0 ? "token ids" : "words",
        shape.outputTokens(),
        shape.wholeRatio() > 0
            ? String.format(Locale.ROOT, ", %s of them whole", shape.wholeRatio())
            : "",
        shape.cancelRatio() > 0
            ? String.format(Locale.ROOT, ", %s of them to be cut", shape.cancelRatio())
            : "",
        plan.seed());
  }

  private static String firstByte(LoadReport.Failure failure) {
    return failure.firstByte().count() == 0
        ? ""
        : String.format(Locale.ROOT, ", first byte p99 %.1f ms", failure.firstByte().p99());
  }

  private static String example(LoadReport.Failure failure) {
    return failure.example() == null ? "" : ": " + failure.example().strip();
  }

  /** Gaps are those of tokens only where every token has an event. */
  private String words(String latency) {
    return latency.equals(LoadReport.INTER_TOKEN) && !report.tokens().isOneAnEvent()
        ? "inter event"
        : latency.replace('_', ' ');
  }

  private static String row(String name, Spread spread) {
    return String.format(
        Locale.ROOT,
        "%-12s %,9d %9.2f %9.2f %9.2f %9.2f %9.2f %9.2f",
        name,
        spread.count(),
        spread.mean(),
        spread.p50(),
        spread.p90(),
        spread.p95(),
        spread.p99(),
        spread.max());
  }

  private static void line(PrintWriter out, String name, String format, Object... values) {
    out.printf(Locale.ROOT, "%-12s %s%n", name, String.format(Locale.ROOT, format, values));
  }
}
