package dev.fovea.server.answer;

/** Tokens of a request; end tokens that were drawn count as output. */
public record Usage(int promptTokens, int completionTokens) {}
