package dev.fovea.kernel;

import dev.fovea.tensor.DType;

/**
 * The largest attention that a model will ask for.
 *
 * @param maxTokens packed tokens a step, N
 * @param maxSequences sequences a step, B
 * @param maxPages pages a sequence
 * @param numPages pages in all, P
 * @param dtype of queries and pages
 */
public record AttentionBounds(
    HeadLayout heads, DType dtype, int maxTokens, int maxSequences, int maxPages, int numPages) {}
