package dev.fovea.server.answer;

/**
 * Why a choice is complete.
 *
 * @param finishReason "stop" or "length"
 * @param stopReason the stop string (String) or the request's own stop token (Integer) that ended
 *     it, or null
 */
public record AnswerEnd(String finishReason, Object stopReason) {}
