package dev.fovea.server;

/**
 * What generation_config.json says; null where it says nothing.
 *
 * @param eosIds ids that end an answer
 */
public record GenerationDefaults(
    Float temperature,
    Integer topK,
    Float topP,
    Float minP,
    Float repetitionPenalty,
    Integer maxNewTokens,
    int[] eosIds) {}
