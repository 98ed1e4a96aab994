package dev.fovea.model;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * Cosines and sines of every position. Arithmetic is fp32 where transformers' is, so that a
 * rotation far into the context lands on the same angle.
 */
final class RotaryTable {
  private RotaryTable() {}

  /**
   * Writes {@code [T, D] f32} in host memory: a row holds D/2 cosines, then D/2 sines.
   *
   * @param table to fill: one row a position
   */
  static void fill(RopeConfig rope, TensorView table) {
    int positions = Math.toIntExact(table.shape().dim(0));
    int half = Math.toIntExact(table.shape().dim(1) / 2);
    float[] frequencies = frequencies(rope, 2 * half);
    float factor = attentionFactor(rope.scaling());
    FloatBuffer out = table.bytes().asFloatBuffer();
    IntStream.range(0, positions)
        .parallel()
        .forEach(
            position -> {
              int row = position * 2 * half;
              for (int i = 0; i < half; i++) {
                float angle = frequencies[i] * position;
                out.put(row + i, (float) Math.cos(angle) * factor);
                out.put(row + half + i, (float) Math.sin(angle) * factor);
              }
            });
  }

  /** A new host table of {@code positions} rows. */
  static TensorView host(RopeConfig rope, int positions, int headDim) {
    TensorView table = TensorView.host(DType.F32, positions, headDim);
    fill(rope, table);
    return table;
  }

  static float attentionFactor(RopeConfig.Scaling scaling) {
    return scaling instanceof RopeConfig.Yarn yarn ? (float) yarn.attention() : 1;
  }

  /** Radians a position for each of the D/2 pairs. */
  static float[] frequencies(RopeConfig rope, int headDim) {
    float[] plain = new float[headDim / 2];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = 1f / (float) Math.pow(rope.theta(), (float) (2 * i) / headDim);
    }
    RopeConfig.Scaling scaling = rope.scaling();
    if (scaling instanceof RopeConfig.Linear linear) {
      return scaled(plain, i -> plain[i] / (float) linear.factor());
    }
    if (scaling instanceof RopeConfig.Llama3 llama) {
      return scaled(plain, i -> llama3(plain[i], llama));
    }
    if (scaling instanceof RopeConfig.Yarn yarn) {
      return yarn(plain, rope.theta(), yarn);
    }
    return plain;
  }

  private interface Frequency {
    float at(int pair);
  }

  private static float[] scaled(float[] plain, Frequency frequency) {
    float[] out = new float[plain.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = frequency.at(i);
    }
    return out;
  }

  private static float llama3(float frequency, RopeConfig.Llama3 p) {
    float wavelength = (float) (2 * Math.PI) / frequency;
    if (wavelength < p.trainedPositions() / p.highFrequency()) {
      return frequency;
    }
    float divided = frequency / (float) p.factor();
    if (wavelength > p.trainedPositions() / p.lowFrequency()) {
      return divided;
    }
    float keep =
        (p.trainedPositions() / wavelength - (float) p.lowFrequency())
            / (float) (p.highFrequency() - p.lowFrequency());
    return (1 - keep) * divided + keep * frequency;
  }

  private static float[] yarn(float[] plain, double theta, RopeConfig.Yarn p) {
    int headDim = 2 * plain.length;
    double low = pairOfTurns(p.ramp().betaFast(), headDim, theta, p.trainedPositions());
    double high = pairOfTurns(p.ramp().betaSlow(), headDim, theta, p.trainedPositions());
    if (p.ramp().truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    double start = Math.max(low, 0);
    double end = Math.min(high, headDim - 1);
    double width = start == end ? 0.001 : end - start; // a step instead of a division by zero
    return scaled(
        plain,
        i -> {
          float ramp = (float) Math.min(1, Math.max(0, (float) (i - start) / (float) width));
          float divided = plain[i] / (float) p.factor();
          return divided * ramp + plain[i] * (1 - ramp);
        });
  }

  /** The (fractional) pair whose frequency makes so many turns over the trained context. */
  private static double pairOfTurns(double turns, int headDim, double theta, int trained) {
    return headDim * Math.log(trained / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  }
}
