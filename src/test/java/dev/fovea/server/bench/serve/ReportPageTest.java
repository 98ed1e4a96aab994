package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports on file and on a page. */
class ReportPageTest {
  private static final int CHARTS = 6;

  @TempDir Path folder;

  @Test
  void aReportReadIsTheReportWritten() throws IOException {
    Path first = folder.resolve("first.json");
    Path second = folder.resolve("second.json");
    measured().write(first);
    LoadReport.read(first).write(second);

    JsonNode tree = new ObjectMapper().readTree(first.toFile());
    assertThat(new ObjectMapper().readTree(second.toFile())).isEqualTo(tree);
    assertThat(tree.at("/settings/extent").has("seconds")).isFalse();
    assertThat(tree.at("/latencies/ttft/p50").asDouble()).isPositive();
  }

  @Test
  void aPageNeedsNothingBesideItself() throws Exception {
    Map<String, LoadReport> reports = new LinkedHashMap<>();
    reports.put("a <first>", measured());
    reports.put("b", measured());
    String page = new ReportPage(reports).html();

    assertThat(page).doesNotContain("src=", "href=", "url(", "@import", "a <first>");
    assertThat(page).contains("a &lt;first>");
    var charts = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(page);
    int count = 0;
    while (charts.find()) {
      count++;
      var svg =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(charts.group().getBytes(StandardCharsets.UTF_8)));
      assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
      assertThat(svg.getElementsByTagName("text").getLength()).isGreaterThan(4);
      assertThat(charts.group()).doesNotContain("NaN", "Infinity");
    }
    assertThat(count).isEqualTo(CHARTS);
  }

  @Test
  void percentilesAreThoseOfTheValues() {
    Histogram histogram = new Histogram(1_000, 3_600_000_000_000L, 3);
    for (int millis = 1; millis <= 1000; millis++) {
      histogram.recordValue(millis * 1_000_000L);
    }
    Spread spread = Spread.of(histogram);
    assertThat(spread.p50()).isBetween(499.0, 501.5);
    assertThat(spread.p99()).isBetween(989.0, 991.5);
    assertThat(spread.max()).isBetween(999.0, 1001.5);
    assertThat(spread.mean()).isBetween(500.0, 501.5);
    assertThat(spread.curve()).extracting(Spread.Point::millis).isSorted();
  }

  private static LoadReport measured() throws IOException {
    byte[] answer =
        ScriptedServer.chunked(
            ScriptedServer.delta("a"), ScriptedServer.delta("b"), ScriptedServer.DONE);
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              out.write(answer);
              return true;
            })) {
      return new LoadGenerator(Plans.closed(server.target(), 30, 3), StreamSink.NONE).run(null);
    }
  }
}
