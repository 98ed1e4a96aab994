package dev.fovea.kernel;

/** Normalises rows in place; statistics in double, the rest in fp32. */
final class ReferenceNorm {
  private final boolean centred;
  private final float[] gamma;
  private final float[] beta;
  private final float epsilon;

  private ReferenceNorm(boolean centred, Norm norm) {
    this.centred = centred;
    this.gamma = norm.gamma().readVector();
    this.beta = norm.beta() == null ? new float[gamma.length] : norm.beta().readVector();
    this.epsilon = norm.epsilon();
  }

  /** Zhang and Sennrich 2019. */
  static ReferenceNorm rms(Norm norm) {
    return new ReferenceNorm(false, norm);
  }

  /** Ba, Kiros and Hinton 2016; the variance is that of the population. */
  static ReferenceNorm layer(Norm norm) {
    return new ReferenceNorm(true, norm);
  }

  /** Normalises as many elements as gamma has. */
  void apply(FloatSpan row) {
    float[] x = row.values();
    int from = row.from();
    int to = from + gamma.length;
    double sum = 0;
    for (int i = from; centred && i < to; i++) {
      sum += x[i];
    }
    double mean = sum / gamma.length;
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += (x[i] - mean) * (x[i] - mean);
    }
    double inverse = 1 / Math.sqrt(squares / gamma.length + epsilon);
    for (int i = 0; i < gamma.length; i++) {
      float normalised = (float) ((x[from + i] - mean) * inverse);
      x[from + i] = normalised * gamma[i] + beta[i];
    }
  }
}
