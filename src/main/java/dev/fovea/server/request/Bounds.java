package dev.fovea.server.request;

import dev.fovea.engine.GenerationRequest;

/**
 * What the server bounds every request by.
 *
 * @param vocabulary token ids are below it
 * @param maxSequences outputs of one request, over all its prompts
 * @param deadlines of a request that names none, and the longest that one may name; 0: no bound
 */
public record Bounds(int vocabulary, int maxSequences, GenerationRequest.Deadlines deadlines) {}
