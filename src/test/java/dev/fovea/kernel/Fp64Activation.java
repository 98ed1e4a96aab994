package dev.fovea.kernel;

/** Activation functions for tests: by definition in fp64, and as plain fp32 code computes them. */
final class Fp64Activation {
  private static final int SIMPSON_INTERVALS = 2000;

  private Fp64Activation() {}

  static double exact(Activation kind, double x) {
    return switch (kind) {
      case SILU -> x / (1 + Math.exp(-x));
      case GELU_TANH ->
          x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
      case GELU_ERF -> x * normalDistribution(x);
      case RELU -> x > 0 ? x : 0;
    };
  }

  static float inFp32(Activation kind, float x) {
    return switch (kind) {
      case SILU -> x / (1 + (float) Math.exp(-x));
      case GELU_TANH -> {
        float cubic = x + 0.044715f * x * x * x;
        yield 0.5f * x * (1 + (float) Math.tanh(0.7978845608f * cubic));
      }
      case GELU_ERF -> {
        float erf = (float) (2 * normalDistribution(x) - 1);
        yield 0.5f * x * (1 + erf);
      }
      case RELU -> x > 0 ? x : 0;
    };
  }

  /** Share of the standard normal distribution below x: its density by Simpson's rule. */
  private static double normalDistribution(double x) {
    double end = Math.min(Math.abs(x), 12);
    double step = end / SIMPSON_INTERVALS;
    double sum = density(0) + density(end);
    for (int i = 1; i < SIMPSON_INTERVALS; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * density(i * step);
    }
    double fromCentre = sum * step / 3;
    return x > 0 ? 0.5 + fromCentre : Math.max(0, 0.5 - fromCentre);
  }

  private static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
