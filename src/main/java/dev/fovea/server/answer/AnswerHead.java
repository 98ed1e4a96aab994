package dev.fovea.server.answer;

/**
 * What every part of one answer repeats.
 *
 * @param created seconds since 1970
 * @param model name the client knows
 */
public record AnswerHead(String id, long created, String model) {}
