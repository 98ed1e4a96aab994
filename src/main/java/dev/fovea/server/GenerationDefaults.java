package dev.fovea.server;

import dev.fovea.model.GenerationConfig;
import java.util.List;

/**
 * What generation_config.json says where a request is silent, as vLLM takes it; null where the file
 * is silent too, or says what cannot be meant.
 *
 * @param eosIds ids that end an answer
 */
public record GenerationDefaults(
    Float temperature,
    Integer topK,
    Float topP,
    Float minP,
    Float repetitionPenalty,
    int[] eosIds) {

  /**
   * @param eosIds from either of the checkpoint's files
   */
  static GenerationDefaults of(GenerationConfig.Defaults defaults, List<Integer> eosIds) {
    return new GenerationDefaults(
        toFloat(defaults.temperature(), false),
        defaults.topK(),
        toFloat(defaults.topP(), true),
        toFloat(defaults.minP(), false),
        toFloat(defaults.repetitionPenalty(), true),
        eosIds.stream().mapToInt(Integer::intValue).toArray());
  }

  private static Float toFloat(Double value, boolean mustBePositive) {
    return value == null || (mustBePositive && value == 0) ? null : (Float) value.floatValue();
  }
}
