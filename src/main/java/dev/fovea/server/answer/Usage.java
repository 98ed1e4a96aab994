package dev.fovea.server.answer;

/**
 * Tokens of a request.
 *
 * @param promptTokens of all its prompts, each counted once
 * @param cachedTokens of these, found in the prefix cache
 * @param completionTokens of all choices; end tokens that were drawn count
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {}
