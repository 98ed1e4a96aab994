package dev.fovea.kernel;

import dev.fovea.tensor.DType;
import java.util.Optional;

/**
 * The one bound of numerical tests, derived instead of tuned (the rule of FlashAttention's own
 * tests): the largest error against fp64 is at most twice that of naive maths in the same dtype,
 * plus {@link #FLOOR_ULPS} units in the last place of the output's dtype at the largest expected
 * value.
 */
final class Tolerance {
  static final double NAIVE_FACTOR = 2;
  static final double FLOOR_ULPS = 2;

  private Tolerance() {}

  /**
   * Empty if {@code got} is within the bound, else one line that says by how much it is not.
   *
   * @param exact computed in fp64
   * @param naive the same, rounded after each step as plain code in the dtype does
   */
  static Optional<String> excess(DType dtype, double[] exact, double[] naive, double[] got) {
    double largest = 0;
    double naiveError = 0;
    double error = 0;
    int worst = 0;
    for (int i = 0; i < exact.length; i++) {
      largest = Math.max(largest, Math.abs(exact[i]));
      naiveError = Math.max(naiveError, Math.abs(naive[i] - exact[i]));
      double here = Math.abs(got[i] - exact[i]);
      if (!(here <= error)) { // also true for NaN, which then stays the worst
        error = here;
        worst = i;
      }
      if (Double.isNaN(error)) {
        break;
      }
    }
    double bound = NAIVE_FACTOR * naiveError + FLOOR_ULPS * FloatFormat.of(dtype).ulp(largest);
    if (error <= bound) {
      return Optional.empty();
    }
    return Optional.of(
        "element %d: expected %.9g, got %.9g: error %.3g above the bound %.3g (naive %s error %.3g)"
            .formatted(worst, exact[worst], got[worst], error, bound, dtype, naiveError));
  }

  static void check(String what, DType dtype, double[] exact, double[] naive, double[] got) {
    excess(dtype, exact, naive, got)
        .ifPresent(
            text -> {
              throw new AssertionError(what + ": " + text);
            });
  }
}
