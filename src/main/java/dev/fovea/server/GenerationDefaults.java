package dev.fovea.server;

import dev.fovea.model.GenerationConfig;
import dev.fovea.model.ModelConfig;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * What generation_config.json says where a request is silent, as vLLM takes it.
 *
 * @param maxTokens of output, or null; vLLM also cuts down requests for more, which would be silent
 * @param eosIds ids that end an answer
 */
public record GenerationDefaults(Sampling sampling, Integer maxTokens, int[] eosIds) {

  /** Each null where the file is silent too, or says what cannot be meant. */
  public record Sampling(
      Float temperature, Integer topK, Float topP, Float minP, Float repetitionPenalty) {
    static final Sampling NONE = new Sampling(null, null, null, null, null);
  }

  /**
   * @param tokenizersEos ends an answer too, as in vLLM: some checkpoints made for chat name their
   *     end of a turn nowhere else
   */
  public static GenerationDefaults of(
      GenerationConfig file, ModelConfig model, OptionalInt tokenizersEos) {
    GenerationConfig.Defaults defaults = file.defaults();
    return new GenerationDefaults(
        new Sampling(
            toFloat(defaults.temperature()),
            defaults.topK(),
            positive(defaults.topP()),
            toFloat(defaults.minP()),
            positive(defaults.repetitionPenalty())),
        file.maxNewTokens(),
        IntStream.concat(
                file.eosOr(model).stream().mapToInt(Integer::intValue), tokenizersEos.stream())
            .filter(id -> id < model.sizes().vocabulary())
            .distinct()
            .toArray());
  }

  private static Float toFloat(Double value) {
    return value == null ? null : (Float) value.floatValue();
  }

  /** A float above zero, of which a double may be too small to become one. */
  private static Float positive(Double value) {
    return value == null ? null : (Float) Math.max(Float.MIN_NORMAL, value.floatValue());
  }
}
