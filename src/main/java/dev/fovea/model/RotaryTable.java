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
   * A new host table {@code [T, R] f32}, R twice the rotated pairs of a head: a row holds R/2
   * cosines, then R/2 sines.
   *
   * @param positions of the longest context that is served, T
   */
  static TensorView host(RopeConfig rope, int positions) {
    int half = rope.pairs();
    TensorView table = TensorView.host(DType.F32, positions, 2L * half);
    float[] frequencies = frequencies(rope, positions);
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
    return table;
  }

  static float attentionFactor(RopeConfig.Scaling scaling) {
    return scaling instanceof RopeConfig.Yarn yarn ? (float) yarn.attention() : 1;
  }

  /**
   * Radians a position for each pair.
   *
   * @param positions of the longest context that is served
   */
  static float[] frequencies(RopeConfig rope, int positions) {
    RopeConfig.Scaling scaling = rope.scaling();
    double base =
        scaling instanceof RopeConfig.Dynamic dynamic
            ? base(rope, dynamic, positions)
            : rope.theta();
    float[] plain = new float[rope.pairs()];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = 1f / (float) Math.pow(base, (float) (2 * i) / rope.rotated());
    }
    if (scaling instanceof RopeConfig.Linear linear) {
      return scaled(plain, i -> plain[i] / (float) linear.factor());
    }
    if (scaling instanceof RopeConfig.Llama3 llama) {
      return scaled(plain, i -> llama3(plain[i], llama));
    }
    if (scaling instanceof RopeConfig.Yarn yarn) {
      return yarn(plain, rope, yarn);
    }
    return plain;
  }

  private static double base(RopeConfig rope, RopeConfig.Dynamic p, int positions) {
    double longer = Math.max(1, (double) positions / p.trainedPositions());
    double stretch = p.factor() * longer - (p.factor() - 1);
    return rope.theta() * Math.pow(stretch, rope.rotated() / (rope.rotated() - 2.0));
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

  private static float[] yarn(float[] plain, RopeConfig rope, RopeConfig.Yarn p) {
    double low = pairOfTurns(p.ramp().betaFast(), rope, p.trainedPositions());
    double high = pairOfTurns(p.ramp().betaSlow(), rope, p.trainedPositions());
    if (p.ramp().truncate()) {
      low = Math.floor(low);
      high = Math.ceil(high);
    }
    double start = Math.max(low, 0);
    double end = Math.min(high, rope.rotated() - 1);
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
  private static double pairOfTurns(double turns, RopeConfig rope, int trained) {
    double context = Math.log(trained / (turns * 2 * Math.PI));
    return rope.rotated() * context / (2 * Math.log(rope.theta()));
  }
}
