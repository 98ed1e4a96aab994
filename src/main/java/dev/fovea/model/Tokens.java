package dev.fovea.model;

/**
 * Sampled tokens of a step, one per entry of the batch that asked for one, in order.
 *
 * @param ids drawn ids
 * @param valid false where the logits held a NaN or nothing finite: that sequence must fail, the
 *     others are unharmed
 */
public record Tokens(int[] ids, boolean[] valid) {}
