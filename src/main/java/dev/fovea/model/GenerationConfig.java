package dev.fovea.model;

import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What generation_config.json recommends; a request may say otherwise.
 *
 * @param eos ids that end a text; empty: config.json's count
 */
public record GenerationConfig(List<Integer> eos, Defaults defaults) {
  public static final String FILE = "generation_config.json";
  private static final int MAX_TOP_K = 1 << 22;

  public GenerationConfig {
    eos = List.copyOf(eos);
  }

  /**
   * Sampling defaults, each null where the file gives none (or not a usable value).
   *
   * @param topK 0: all
   */
  public record Defaults(
      Double temperature, Double topP, Integer topK, Double minP, Double repetitionPenalty) {
    public static final Defaults NONE = new Defaults(null, null, null, null, null);
  }

  /**
   * Reads the file, which may be missing.
   *
   * @throws CheckpointException if it is there and not valid
   */
  public static GenerationConfig read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return new GenerationConfig(List.of(), Defaults.NONE);
    }
    ConfigFields fields = new ConfigFields(file, JsonFile.readObject(file, ConfigReader.MAX_BYTES));
    Defaults defaults =
        new Defaults(
            fraction(fields, "temperature", 2),
            fraction(fields, "top_p", 1),
            fields.has("top_k") ? fields.integer("top_k", 0, MAX_TOP_K) : null,
            fraction(fields, "min_p", 1),
            fraction(fields, "repetition_penalty", 1e6));
    return new GenerationConfig(fields.tokenIds("eos_token_id"), defaults);
  }

  /** End ids to use: this file's, else those of config.json. */
  public List<Integer> eosOr(ModelConfig config) {
    return eos.isEmpty() ? config.tokens().eos() : eos;
  }

  private static Double fraction(ConfigFields fields, String name, double max) {
    if (!fields.has(name)) {
      return null;
    }
    double value = fields.object().get(name).asDouble(-1);
    if (!(value >= 0 && value <= max)) {
      throw fields.refusal(
          "%s: expected a number of 0 to %s, got %s", name, max, fields.object().get(name));
    }
    return value;
  }
}
