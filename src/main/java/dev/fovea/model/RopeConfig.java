package dev.fovea.model;

/**
 * Rotary position embedding (Su et al. 2021).
 *
 * @param theta base of the frequencies
 * @param rotated elements of a head, from its first, that are rotated; an odd number spreads the
 *     frequencies and takes one element more
 */
public record RopeConfig(double theta, int rotated, Scaling scaling) {

  /** Pairs of elements that turn together. */
  public int pairs() {
    return (rotated + 1) / 2;
  }

  /** How the frequencies are changed for contexts beyond the trained one. */
  public sealed interface Scaling {}

  public record None() implements Scaling {}

  /** All frequencies divided by the factor (Chen et al. 2023). */
  public record Linear(double factor) implements Scaling {}

  /**
   * A base that grows with the context beyond the trained one, which stays as it is (dynamic NTK).
   * Keys in the cache keep their rotation, so the base is that of the longest context served.
   *
   * @param factor by which a context may be longer than the trained one
   */
  public record Dynamic(double factor, int trainedPositions) implements Scaling {}

  /**
   * Long wavelengths divided, short kept, smooth between (Llama 3.1).
   *
   * @param trainedPositions context of the pretraining
   */
  public record Llama3(
      double factor, double lowFrequency, double highFrequency, int trainedPositions)
      implements Scaling {}

  /**
   * Interpolation by parts (Peng et al. 2023).
   *
   * @param ramp where interpolation starts and ends
   * @param attention factor on cosines and sines
   */
  public record Yarn(double factor, Ramp ramp, double attention, int trainedPositions)
      implements Scaling {}

  /**
   * @param betaFast turns over the trained context above which a frequency is kept
   * @param betaSlow turns below which it is divided
   * @param truncate whether the borders are whole dimensions
   */
  public record Ramp(double betaFast, double betaSlow, boolean truncate) {}
}
