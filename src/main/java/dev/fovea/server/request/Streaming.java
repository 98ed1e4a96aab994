package dev.fovea.server.request;

/**
 * How the answer is sent.
 *
 * @param stream as server-sent events
 * @param includeUsage a last event with the token counts
 * @param continuousUsage every event with the counts so far, as vLLM offers it
 */
public record Streaming(boolean stream, boolean includeUsage, boolean continuousUsage) {}
