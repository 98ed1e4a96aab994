package dev.fovea.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.files.RegularFile;
import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.JsonFile;
import java.nio.file.Path;
import java.util.List;

/**
 * What generation_config.json recommends; a request may say otherwise.
 *
 * @param eos ids that end a text; empty: config.json's count
 * @param maxNewTokens of output where a request sets no bound, or null
 */
public record GenerationConfig(List<Integer> eos, Integer maxNewTokens, Defaults defaults) {
  public static final String FILE = "generation_config.json";
  private static final int MAX_TOP_K = 1 << 22;

  public GenerationConfig {
    eos = List.copyOf(eos);
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
   * Reads the file, which may be missing.
   *
   * @throws CheckpointException if it is there and not valid
   */
  public static GenerationConfig read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!RegularFile.isThere(file)) {
      return new GenerationConfig(List.of(), null, Defaults.NONE);
    }
    ConfigFields fields = new ConfigFields(file, JsonFile.readObject(file, ConfigReader.MAX_BYTES));
    Defaults defaults =
        new Defaults(
            number(fields, "temperature", 0, 2),
            number(fields, "top_p", Double.MIN_NORMAL, 1),
            fields.has("top_k") ? Math.max(0, fields.integer("top_k", -1, MAX_TOP_K)) : null,
            number(fields, "min_p", 0, 1),
            number(fields, "repetition_penalty", 1e-6, 1e6));
    Integer maxNewTokens =
        fields.has("max_new_tokens")
            ? fields.integer("max_new_tokens", 1, Integer.MAX_VALUE)
            : null;
    return new GenerationConfig(fields.tokenIds("eos_token_id"), maxNewTokens, defaults);
  }

  /** End ids to use: this file's, else those of config.json. */
  public List<Integer> eosOr(ModelConfig config) {
    return eos.isEmpty() ? config.tokens().eos() : eos;
  }

  private static Double number(ConfigFields fields, String name, double min, double max) {
    if (!fields.has(name)) {
      return null;
    }
    JsonNode value = fields.object().get(name);
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(number >= min && number <= max)) {
      throw fields.refusal("%s: expected a number of %s to %s, got %s", name, min, max, value);
    }
    return number;
  }
}
