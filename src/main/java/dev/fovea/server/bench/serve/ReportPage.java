package dev.fovea.server.bench.serve;

import dev.fovea.server.bench.serve.Chart.Mark;
import dev.fovea.server.bench.serve.Chart.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reports side by side as one HTML page that needs nothing beside itself. */
public final class ReportPage {
  private static final String[] COLORS = {
    "#0b7285", "#e8590c", "#5f3dc4", "#2b8a3e", "#c2255c", "#1864ab", "#a67c00", "#495057"
  };
  private static final Map<String, String> TITLES =
      Map.of(
          LoadReport.TTFT, "Time to first token",
          LoadReport.TPOT, "Time per output token",
          LoadReport.INTER_TOKEN, "Between events of text",
          LoadReport.END_TO_END, "End to end",
          LoadReport.SEND_LAG, "Send lag");
  private static final double[] PERCENTILE_MARKS = {0, 50, 90, 99, 99.9, 99.99};
  private static final int TIME_MARKS = 6;

  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Fovea: bench serve</title><style>
      body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1160px;
        padding: 0 1rem; color: #212529; background: #fff; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); }
      svg { width: 100%; } svg text { font-size: 11px; fill: #495057; }
      svg .title { font-size: 13px; font-weight: 600; } svg .x { text-anchor: middle; }
      svg .y { text-anchor: end; dominant-baseline: middle; } svg .grid { stroke: #dee2e6; }
      svg polyline { fill: none; stroke-width: 2; }
      table { border-collapse: collapse; margin: 1rem 0; }
      td, th { padding: .15rem .7rem; border-bottom: 1px solid #dee2e6; text-align: right; }
      td:first-child, th:first-child { text-align: left; } i { padding: 0 .5rem; }
      </style></head><body><h1>fovea bench serve</h1>
      """;

  private final Map<String, LoadReport> reports;

  /**
   * @param reports by the names that tell them apart
   */
  public ReportPage(Map<String, LoadReport> reports) {
    this.reports = reports;
  }

  public void write(Path file) throws IOException {
    Files.writeString(file, html());
  }

  String html() {
    StringBuilder page = new StringBuilder(HEAD);
    int run = 0;
    for (Map.Entry<String, LoadReport> named : reports.entrySet()) {
      appendRun(page, COLORS[run++ % COLORS.length], named.getKey(), named.getValue());
    }
    page.append("<div class=charts>\n");
    Stream.of(LoadReport.TTFT, LoadReport.INTER_TOKEN, LoadReport.TPOT, LoadReport.END_TO_END)
        .map(this::percentiles)
        .forEach(chart -> page.append(chart.svg()));
    page.append(overTime("Events", "a second", ReportPage::events).svg());
    page.append(overTime("Open requests", "at the end of each second", ReportPage::open).svg());
    return page.append("</div></body></html>\n").toString();
  }

  private void appendRun(StringBuilder page, String color, String name, LoadReport report) {
    LoadReport.Requests requests = report.requests();
    LoadReport.Rates rates = report.rates();
    page.append(
        String.format(
            Locale.ROOT, "<h2><i style='background:%s'></i> %s</h2>", color, escape(name)));
    page.append(
        String.format(
            Locale.ROOT,
            "<p>%s.<br>%s, Fovea %s, Java %s, generator %.2f cores; %s",
            escape(ReportTable.describe(report.settings())),
            escape(report.origin().machine()),
            escape(report.origin().version()),
            escape(report.origin().java()),
            report.origin().generatorCores(),
            escape(report.origin().time())));
    page.append(report.server() == null ? "" : "<br>" + escape(report.server().toString()));
    page.append(
        String.format(
            Locale.ROOT,
            "<p>%,d requests: %,d completed, %,d cancelled, %,d failed in %.1f s; "
                + "%.2f requests/s, %.2f good/s, %,.1f output tok/s, %,.1f tok/s in all.",
            requests.started(),
            requests.completed(),
            requests.cancelled(),
            requests.failed(),
            rates.seconds(),
            rates.requests(),
            rates.goodput(),
            rates.outputTokens(),
            rates.totalTokens()));
    if (report.cuts() != null) {
      page.append(String.format(Locale.ROOT, "<br>Cuts: %s.", report.cuts().words()));
    }
    for (LoadReport.Failure failure : report.failures()) {
      page.append(
          String.format(Locale.ROOT, "<br>%,d %s", failure.count(), escape(failure.what())));
    }
    page.append("<table><tr><th>ms<th>count<th>mean<th>p50<th>p90<th>p95<th>p99<th>max");
    report.latencies().forEach((latency, spread) -> appendRow(page, latency, spread));
    page.append("</table>\n");
  }

  private static void appendRow(StringBuilder page, String name, Spread spread) {
    page.append(
        String.format(
            Locale.ROOT,
            "<tr><td>%s<td>%,d",
            TITLES.getOrDefault(name, escape(name)),
            spread.count()));
    for (double value :
        new double[] {
          spread.mean(), spread.p50(), spread.p90(), spread.p95(), spread.p99(), spread.max()
        }) {
      page.append(String.format(Locale.ROOT, "<td>%,.2f", value));
    }
    page.append('\n');
  }

  private Chart percentiles(String latency) {
    List<Mark> marks = new ArrayList<>();
    for (double mark : PERCENTILE_MARKS) {
      marks.add(new Mark(mark, "p" + Double.toString(mark).replaceFirst("\\.0$", "")));
    }
    return new Chart(
        TITLES.get(latency),
        "ms by percentile",
        marks,
        percentile -> -Math.log10(1 - percentile / 100),
        lines(
            report -> {
              List<Spread.Point> curve = report.latencies().get(latency).curve();
              return new double[][] {
                curve.stream().mapToDouble(Spread.Point::percentile).toArray(),
                curve.stream().mapToDouble(Spread.Point::millis).toArray()
              };
            }));
  }

  private Chart overTime(String title, String unit, Function<LoadReport, double[]> values) {
    int seconds =
        reports.values().stream().mapToInt(r -> r.seconds().events().length).max().orElse(1);
    int step = Math.max(1, seconds / TIME_MARKS);
    List<Mark> marks =
        IntStream.iterate(0, second -> second <= seconds, second -> second + step)
            .mapToObj(second -> new Mark(second, second + " s"))
            .toList();
    return new Chart(
        title,
        unit,
        marks,
        second -> second,
        lines(
            report -> {
              double[] y = values.apply(report);
              return new double[][] {IntStream.range(0, y.length).asDoubleStream().toArray(), y};
            }));
  }

  private List<Series> lines(Function<LoadReport, double[][]> points) {
    List<Series> lines = new ArrayList<>();
    reports.forEach(
        (name, report) -> {
          double[][] xy = points.apply(report);
          lines.add(new Series(escape(name), COLORS[lines.size() % COLORS.length], xy[0], xy[1]));
        });
    return lines;
  }

  private static double[] events(LoadReport report) {
    return IntStream.range(0, report.seconds().events().length)
        .mapToDouble(second -> report.seconds().events()[second])
        .toArray();
  }

  private static double[] open(LoadReport report) {
    double[] open = new double[report.seconds().started().length];
    double count = 0;
    for (int second = 0; second < open.length; second++) {
      count += report.seconds().started()[second] - report.seconds().ended()[second];
      open[second] = count;
    }
    return open;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;");
  }
}
