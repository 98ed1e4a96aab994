package dev.fovea.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code bench serve} and {@code bench plot} as they are typed. */
@QuarkusTest
class BenchServeCommandTest {
  /** Its first 40 prompts of 4 to 9 ids have none that makes the parrot fail. */
  private static final String SEED_WITHOUT_COMMANDS = "48";

  @TestHTTPResource URI base;
  @TempDir Path folder;

  /** What a command did. */
  private record Run(int exitCode, String out, String err) {}

  @Test
  void aRunIsATableAReportAndAPage() throws IOException {
    Path json = folder.resolve("a.json");
    Run run =
        serve(
            "--rate",
            "100",
            "--requests",
            "40",
            "--prompt-ids",
            "--prompt-tokens",
            "4:9",
            "--output-tokens",
            "6",
            "--seed",
            SEED_WITHOUT_COMMANDS,
            "--slo",
            "ttft:60000",
            "--json",
            json.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("40 completed", "240 output (", "an event), by usage", "ttft", "cores of");
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    assertThat(report.at("/settings/rhythm/per_second").asDouble()).isEqualTo(100);
    assertThat(report.at("/settings/shape/ids_below").asInt()).isPositive();
    assertThat(report.at("/settings/slo/ttft").asInt()).isEqualTo(60_000);
    assertThat(report.at("/latencies/inter_token/count").asInt()).isPositive();
    assertThat(report.at("/server/served/kernels/backend").isTextual()).isTrue();
    assertThat(report.at("/origin/generator_cores").asDouble()).isPositive();

    Path page = folder.resolve("page.html");
    Run plot = bench("plot", json.toString(), json.toString(), "--html", page.toString());
    assertThat(plot.exitCode()).as(plot.err()).isZero();
    assertThat(Files.readString(page)).contains(json.toString(), "Between events of text");
  }

  @Test
  void cutsArePartOfTheTableTheReportAndThePage() throws IOException {
    Path json = folder.resolve("cuts.json");
    Path page = folder.resolve("cuts.html");
    Run run =
        serve(
            "--requests",
            "60",
            "--concurrency",
            "4",
            "--prompt-tokens",
            "4",
            "--output-tokens",
            "60",
            "--cancel-fraction",
            "0.5",
            "--json",
            json.toString(),
            "--html",
            page.toString());

    assertThat(run.exitCode()).as(run.err()).isZero();
    JsonNode report = new ObjectMapper().readTree(json.toFile());
    int made = report.at("/cuts/made").asInt();
    assertThat(made).isPositive().isEqualTo(report.at("/requests/cancelled").asInt());
    assertThat(report.at("/cuts/ratio").asDouble()).isEqualTo(made / 60.0);
    String words = "%d planned, %d made".formatted(report.at("/cuts/planned").asInt(), made);
    assertThat(run.out()).contains("0.5 of them to be cut", "cuts         " + words);
    assertThat(Files.readString(page)).contains("Cuts: " + words);
  }

  @Test
  void whatTheServerRefusesIsCountedAndExplained() {
    Run run = serve("--model", "nobody", "--requests", "3");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("3 status 404", "nobody");
  }

  @Test
  void thatAllClientsLeftAsPlannedIsNoFailure() {
    Run run = serve("--requests", "3", "--output-tokens", "1", "--cancel-fraction", "1");
    assertThat(run.out()).contains("0 completed, 3 cancelled, 0 failed");
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  @Test
  void theModelsOwnEndCounts() {
    Run run =
        serve(
            "--endpoint",
            "chat",
            "--no-ignore-eos",
            "--requests",
            "3",
            "--output-tokens",
            "4",
            "--prompt-tokens",
            "4");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("chat of", "3 completed");
  }

  @Test
  void wrongOptionsAreOneLineAndAHint() {
    for (String[] args :
        new String[][] {
          {"--rate", "1", "--concurrency", "1"},
          {"--output-tokens", "0"},
          {"--output-tokens", "9:3"},
          {"--duration", "soon"},
          {"--slo", "speed:1"},
          {"--cancel-fraction", "30"},
          {"--rate", "-1"},
          {"--rate", "NaN"},
          {"--concurrency", "-3"},
          {"--requests", "0"},
          {"--vocabulary", "many"},
          {"--timeout", "-5s"},
          {"--endpoint", "chat", "--prompt-ids"}
        }) {
      Run run = serve(args);
      assertThat(run.exitCode()).as(String.join(" ", args)).isEqualTo(2);
      assertThat(run.err().lines()).hasSize(2);
    }
    Run secure = bench("serve", "https://localhost/");
    assertThat(secure.exitCode()).isEqualTo(2);
    assertThat(secure.err()).contains("got https");
  }

  @Test
  void nobodyThereIsOneLine() {
    Run run = bench("serve", "http://127.0.0.1:1");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.err()).contains("http://127.0.0.1:1/v1/models");
  }

  private Run serve(String... args) {
    return bench(
        Stream.concat(Stream.of("serve", "http://" + base.getAuthority()), Stream.of(args))
            .toArray(String[]::new));
  }

  private static Run bench(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        FoveaCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exitCode =
        FoveaCommand.run(
            commandLine, Stream.concat(Stream.of("bench"), Stream.of(args)).toArray(String[]::new));
    return new Run(exitCode, out.toString(), err.toString());
  }
}
