package dev.fovea.engine;

/**
 * What one request cost. A phase that the request did not reach is 0 long.
 *
 * @param promptTokens of its prompt
 * @param cachedTokens of the prompt that were found in the prefix cache
 * @param outputTokens handed to its listener
 * @param preemptions times it lost its pages and was recomputed
 * @param queueNanos from submit to its first step
 * @param prefillNanos from there to its first token
 * @param decodeNanos from there to its end
 */
public record RequestTrace(
    int promptTokens,
    int cachedTokens,
    int outputTokens,
    int preemptions,
    long queueNanos,
    long prefillNanos,
    long decodeNanos) {}
