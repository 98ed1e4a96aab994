package dev.fovea.kernel;

/**
 * Parameters of a normalisation.
 *
 * @param gamma {@code [E]} (or {@code [D]} for heads)
 * @param beta as gamma, or null
 * @param epsilon added to the mean square or variance
 */
public record Norm(Weight gamma, Weight beta, float epsilon) {}
