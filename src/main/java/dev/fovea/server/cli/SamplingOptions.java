package dev.fovea.server.cli;

import dev.fovea.server.request.GenerationOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** How {@code generate} draws; silence leaves it to the model. */
final class SamplingOptions {
  @Option(names = "--max-tokens", paramLabel = "N", description = "Output tokens at most.")
  private Integer maxTokens;

  @Option(names = "--temperature", description = "0 (greedy) to 2.")
  private Float temperature;

  @Option(names = "--top-k", description = "Keep so many tokens; 0: all.")
  private Integer topK;

  @Option(
      names = "--top-p",
      description = "Keep so much probability, 0 (the most probable token) to 1.")
  private Float topP;

  @Option(names = "--min-p", description = "Keep what is so probable beside the best, 0 to 1.")
  private Float minP;

  @Option(names = "--repetition-penalty", description = "Above 0; 1: none.")
  private Float repetitionPenalty;

  @Option(names = "--seed", description = "Equal seeds give equal outputs.")
  private Long seed;

  @Option(names = "--stop", paramLabel = "TEXT", description = "Ends the output; may be repeated.")
  private List<String> stop;

  @Option(names = "--ignore-eos", description = "Go on after the model's end token.")
  private boolean ignoreEos;

  GenerationOptions options() {
    return new GenerationOptions(
        new GenerationOptions.Drawing(
            temperature,
            topK,
            topP,
            minP,
            new GenerationOptions.Penalties(repetitionPenalty, 0, 0),
            seed),
        new GenerationOptions.Ending(
            maxTokens, 0, ignoreEos, stop == null ? List.of() : stop, List.of()));
  }
}
