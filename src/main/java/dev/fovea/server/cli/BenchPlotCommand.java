package dev.fovea.server.cli;

import dev.fovea.server.ExitCode;
import dev.fovea.server.bench.serve.LoadReport;
import dev.fovea.server.bench.serve.ReportPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Plots what {@code bench serve} measured. */
@Command(
    name = "plot",
    description = "Shows reports of 'bench serve --json' side by side on one HTML page.",
    mixinStandardHelpOptions = true)
final class BenchPlotCommand implements Callable<Integer> {
  @Parameters(paramLabel = "REPORT", arity = "1..*", description = "JSON of 'bench serve'.")
  private List<Path> files;

  @Option(names = "--html", paramLabel = "FILE", required = true, description = "The page.")
  private Path html;

  @Override
  public Integer call() throws IOException {
    Map<String, LoadReport> reports = new LinkedHashMap<>();
    for (Path file : files) {
      reports.put(file.toString(), LoadReport.read(file));
    }
    new ReportPage(reports).write(html);
    return ExitCode.OK.code();
  }
}
