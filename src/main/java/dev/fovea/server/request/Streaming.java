package dev.fovea.server.request;

/**
 * How the answer is sent.
 *
 * @param stream as server-sent events
 * @param includeUsage a last event with the token counts
 */
public record Streaming(boolean stream, boolean includeUsage) {}
