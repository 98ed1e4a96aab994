package dev.fovea.server.cli;

import dev.fovea.server.ExitCode;
import dev.fovea.server.bench.serve.LoadGenerator;
import dev.fovea.server.bench.serve.LoadPlan;
import dev.fovea.server.bench.serve.LoadPlan.Endpoint;
import dev.fovea.server.bench.serve.LoadReport;
import dev.fovea.server.bench.serve.Range;
import dev.fovea.server.bench.serve.ReportPage;
import dev.fovea.server.bench.serve.ReportTable;
import dev.fovea.server.bench.serve.ServerFacts;
import dev.fovea.server.bench.serve.StreamSink;
import dev.fovea.server.bench.serve.Target;
import io.quarkus.runtime.configuration.DurationConverter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Loads a server from outside. */
@Command(
    name = "serve",
    description = {
      "Loads a server that speaks the OpenAI API and measures what its clients see.",
      "Latencies count from when a request was due, not from when it could be sent."
    },
    mixinStandardHelpOptions = true)
final class BenchServeCommand implements Callable<Integer> {
  private static final long DEFAULT_REQUESTS = 100;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "URL",
      arity = "0..1",
      defaultValue = "http://127.0.0.1:8080",
      description = "The server, or its API's root. Default: ${DEFAULT-VALUE}.")
  private String url;

  @ArgGroup private Rhythm rhythm = new Rhythm();

  /** One or the other. */
  static final class Rhythm {
    @Option(
        names = "--rate",
        paramLabel = "R",
        converter = Rate.class,
        description = "Open loop: R requests a second at random times (Poisson).")
    private double rate;

    @Option(
        names = "--concurrency",
        paramLabel = "N",
        converter = Count.class,
        description = "Closed loop: N requests at a time. Without either: 1.")
    private int concurrency;

    private LoadPlan.Rhythm get() {
      return rate > 0
          ? new LoadPlan.Rhythm(rate, 0)
          : new LoadPlan.Rhythm(0, Math.max(1, concurrency));
    }
  }

  @Option(
      names = "--requests",
      paramLabel = "N",
      converter = Count.class,
      description = "Ends after so many; 100, where no duration is given.")
  private Integer requests;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = Time.class,
      description = "Starts requests for so long: 30s, 5m.")
  private Duration duration;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      defaultValue = "0s",
      converter = Time.class,
      description = "The same load before, not measured.")
  private Duration warmUp;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = Time.class,
      description = "Gives up a request then. Default: ${DEFAULT-VALUE}.")
  private Duration timeout;

  @Option(
      names = "--endpoint",
      defaultValue = "COMPLETIONS",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Endpoint endpoint;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Shown to the server; else the environment's OPENAI_API_KEY, if there is one.")
  private String apiKey;

  @Option(names = "--model", description = "Its name; else the first that the server lists.")
  private String model;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N[:M]",
      defaultValue = "128",
      converter = Numbers.class,
      description = "Length of prompts, or a range. Default: ${DEFAULT-VALUE}.")
  private Range promptTokens;

  @Option(
      names = "--prefix-tokens",
      paramLabel = "N",
      description = "So many more before each prompt, the same in all.")
  private int prefixTokens;

  @Option(
      names = "--prompt-ids",
      description = "Send random token ids; else text, a common word for a token.")
  private boolean promptIds;

  @Option(
      names = "--vocabulary",
      paramLabel = "V",
      converter = Count.class,
      description = "Token ids are below V; else what the server says.")
  private int vocabulary;

  @Option(
      names = "--output-tokens",
      paramLabel = "N[:M]",
      defaultValue = "128",
      converter = Numbers.class,
      description = "Length of answers, or a range. Default: ${DEFAULT-VALUE}.")
  private Range outputTokens;

  @Option(
      names = "--ignore-eos",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Ask for all output tokens (the default), or leave their end to the model.")
  private boolean ignoreEos;

  @Option(
      names = "--whole-fraction",
      paramLabel = "F",
      converter = Fraction.class,
      description = "So many of the answers, 0 to 1, are asked for whole; the others are streamed.")
  private double wholeFraction;

  @Option(
      names = "--cancel-fraction",
      paramLabel = "F",
      converter = Fraction.class,
      description = {
        "So many of the clients, 0 to 1, go away at a random point of the answer: after so much",
        "of its text, or of the time that an answer of its length takes, whichever comes first."
      })
  private double cancelFraction;

  @Option(
      names = "--slo",
      paramLabel = "BOUNDS",
      converter = Bounds.class,
      description =
          "What a good request keeps to, in ms: some of ttft:500,tpot:50,itl:100,e2e:9000.")
  private LoadPlan.Slo slo;

  @Option(names = "--seed", defaultValue = "1", description = "Equal seeds send equal requests.")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON.")
  private Path json;

  @Option(names = "--html", paramLabel = "FILE", description = "Write a page with plots.")
  private Path html;

  @Override
  public Integer call() throws IOException {
    Target target = target();
    String key = key();
    ServerFacts server = ServerFacts.of(target, key);
    LoadPlan plan = new LoadPlan(target, rhythm.get(), extent(), shape(server), slo, seed);
    LoadReport report = new LoadGenerator(plan, key, StreamSink.NONE).run(server.version());
    new ReportTable(report).print(spec.commandLine().getOut());
    if (json != null) {
      report.write(json);
    }
    if (html != null) {
      new ReportPage(Map.of(target.uri(target.root()).toString(), report)).write(html);
    }
    LoadReport.Requests ended = report.requests();
    return (ended.completed() + ended.cancelled() > 0 ? ExitCode.OK : ExitCode.FAILURE).code();
  }

  /** It goes into a header, so it must be one line of plain characters; null: none. */
  private String key() {
    String key = apiKey != null ? apiKey : System.getenv("OPENAI_API_KEY");
    if (key == null || key.isEmpty()) {
      return null;
    }
    if (!key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new ParameterException(
          spec.commandLine(), "--api-key: expected visible ASCII characters without spaces");
    }
    return key;
  }

  private Target target() {
    try {
      return Target.of(url);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private LoadPlan.Extent extent() {
    return new LoadPlan.Extent(
        requests != null ? Long.valueOf(requests) : duration == null ? DEFAULT_REQUESTS : null,
        duration == null ? null : seconds(duration),
        seconds(warmUp),
        seconds(timeout));
  }

  private LoadPlan.Shape shape(ServerFacts server) {
    if (promptIds && endpoint == Endpoint.CHAT) {
      throw new ParameterException(spec.commandLine(), "--prompt-ids: chat takes no token ids");
    }
    return new LoadPlan.Shape(
        endpoint,
        model != null ? model : server.model().orElse(null),
        promptTokens,
        prefixTokens,
        outputTokens,
        promptIds ? vocabulary(server) : 0,
        ignoreEos,
        wholeFraction,
        cancelFraction);
  }

  private int vocabulary(ServerFacts server) {
    if (vocabulary > 0) {
      return vocabulary;
    }
    return server
        .vocabulary()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "--prompt-ids: the server does not say its --vocabulary"));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() * 1e-9;
  }

  /** {@code 30s}, as in the settings. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Duration time = DurationConverter.parseDuration(text);
      if (time.isNegative()) {
        throw new IllegalArgumentException("expected no negative time, got " + text);
      }
      return time;
    }
  }

  /** {@code 12.5}. */
  static final class Rate implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double rate = Double.parseDouble(text);
      if (!(rate > 0 && Double.isFinite(rate))) {
        throw new IllegalArgumentException("expected a number above 0, got " + text);
      }
      return rate;
    }
  }

  /** {@code 64}. */
  static final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      int count = Integer.parseInt(text);
      if (count < 1) {
        throw new IllegalArgumentException("expected 1 or more, got " + text);
      }
      return count;
    }
  }

  /** {@code 0.3}. */
  static final class Fraction implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double fraction = Double.parseDouble(text);
      if (!(fraction >= 0 && fraction <= 1)) {
        throw new IllegalArgumentException("expected 0 to 1, got " + text);
      }
      return fraction;
    }
  }

  /** {@code 64} or {@code 64:256}. */
  static final class Numbers implements ITypeConverter<Range> {
    @Override
    public Range convert(String text) {
      return Range.of(text);
    }
  }

  /** {@code ttft:500,itl:100}. */
  static final class Bounds implements ITypeConverter<LoadPlan.Slo> {
    @Override
    public LoadPlan.Slo convert(String text) {
      return LoadPlan.Slo.of(text);
    }
  }
}
