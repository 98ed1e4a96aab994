package dev.fovea.model;

import dev.fovea.files.RegularFile;
import dev.fovea.model.Advice.Range;
import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.JsonFile;
import java.nio.file.Path;
import java.util.List;

/**
 * What generation_config.json recommends; a request may say otherwise. What cannot be followed is
 * left out with a warning: a model that computes is not refused for advice.
 *
 * @param eos ids that end a text; empty: config.json's count
 * @param maxNewTokens of output where a request sets no bound, or null
 * @param warnings lines about what was left out
 */
public record GenerationConfig(
    List<Integer> eos, Integer maxNewTokens, Defaults defaults, List<String> warnings) {
  public static final String FILE = "generation_config.json";
  private static final int MAX_TOP_K = 1 << 22;

  public GenerationConfig {
    eos = List.copyOf(eos);
    warnings = List.copyOf(warnings);
  }

  /**
   * Sampling defaults, each null where the file gives none.
   *
   * @param topK 0: all
   */
  public record Defaults(
      Double temperature, Double topP, Integer topK, Double minP, Double repetitionPenalty) {
    public static final Defaults NONE = new Defaults(null, null, null, null, null);
  }

  /**
   * Reads the file, which may be missing or broken.
   *
   * @param vocabulary ids are below it
   */
  public static GenerationConfig read(Path directory, int vocabulary) {
    Path file = directory.resolve(FILE);
    if (!RegularFile.isThere(file)) {
      return none(List.of());
    }
    try {
      ConfigFields fields =
          new ConfigFields(file, JsonFile.readObject(file, ConfigReader.MAX_BYTES));
      return read(Advice.of(fields), vocabulary);
    } catch (CheckpointException e) {
      return none(List.of(e.getMessage() + "; the file is left out"));
    }
  }

  private static GenerationConfig none(List<String> warnings) {
    return new GenerationConfig(List.of(), null, Defaults.NONE, warnings);
  }

  private static GenerationConfig read(Advice advice, int vocabulary) {
    Integer topK = advice.integer("top_k", -1, MAX_TOP_K);
    Defaults defaults =
        new Defaults(
            advice.number("temperature", new Range(0, 2, false)),
            advice.number("top_p", new Range(0, 1, true)),
            topK == null ? null : Integer.valueOf(Math.max(0, topK)),
            advice.number("min_p", new Range(0, 1, false)),
            advice.number("repetition_penalty", new Range(0, 1e6, true)));
    Integer maxNewTokens = advice.integer("max_new_tokens", 1, Integer.MAX_VALUE);
    List<Integer> eos = advice.tokenIds("eos_token_id", vocabulary);
    return new GenerationConfig(eos, maxNewTokens, defaults, advice.warnings());
  }

  /** End ids to use: this file's, else those of config.json. */
  public List<Integer> eosOr(ModelConfig config) {
    return eos.isEmpty() ? config.tokens().eos() : eos;
  }
}
