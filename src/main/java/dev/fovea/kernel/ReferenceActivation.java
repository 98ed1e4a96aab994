package dev.fovea.kernel;

/** Activation functions, evaluated in double and rounded once. */
final class ReferenceActivation {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  /** Beyond it erf is 1 to the last bit of a double. */
  private static final double ERF_SATURATION = 6;

  private ReferenceActivation() {}

  static float apply(Activation kind, float x) {
    return switch (kind) {
      case SILU -> (float) (x / (1 + Math.exp(-x)));
      case GELU_TANH ->
          (float) (0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))));
      case GELU_ERF -> (float) (0.5 * x * (1 + erf(x / Math.sqrt(2))));
      case RELU -> Math.max(x, 0);
    };
  }

  /**
   * The error function by Kummer's series (Abramowitz and Stegun 7.1.6), whose terms share a sign:
   * {@code 2 / sqrt(pi) * exp(-x^2) * sum over n of 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1))}.
   */
  static double erf(double x) {
    if (Math.abs(x) > ERF_SATURATION) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > Math.ulp(sum) / 4; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
  }
}
