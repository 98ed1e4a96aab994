package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many streams at 20 tokens a second each: the generator, in a process of its own, keeps up. */
class GeneratorCostTest {
  private static final double MAX_CORES = 0.35;

  @TempDir Path folder;

  @Test
  void everyStreamArrivesWhole() throws Exception {
    LoadReport report = load(200, 40);
    assertThat(report.requests().completed()).isEqualTo(200);
    assertThat(report.tokens().output()).isEqualTo(200 * 40);
    assertThat(report.latencies().get(LoadReport.INTER_TOKEN).count()).isEqualTo(200 * 39);
  }

  @Test
  @Tag("battery")
  void twoThousandStreamsTakeAThirdOfACore() throws Exception {
    LoadReport report = load(2000, 600);
    assertThat(report.requests().completed()).isEqualTo(2000);
    assertThat(report.tokens().output()).isEqualTo(2000 * 600);
    assertThat(report.origin().generatorCores()).isLessThan(MAX_CORES);
    assertThat(report.latencies().get(LoadReport.INTER_TOKEN).p99()).isLessThan(150);
  }

  private LoadReport load(int numStreams, int numTokens) throws Exception {
    Path file = folder.resolve("report.json");
    Process source =
        JavaProcess.of(TokenSource.class).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader port = source.inputReader()) {
      Process load =
          JavaProcess.of(
                  CheckedLoad.class,
                  port.readLine(),
                  Integer.toString(numStreams),
                  Integer.toString(numTokens),
                  file.toString())
              .inheritIO()
              .start();
      assertThat(load.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(load.exitValue()).isZero();
      return LoadReport.read(file);
    } finally {
      source.destroy();
    }
  }
}
