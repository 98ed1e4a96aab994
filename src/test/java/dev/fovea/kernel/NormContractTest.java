package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NormContractTest {
  private static final float EPSILON = 1e-5f;

  /**
   * @param mean of the inputs, in standard deviations: cancels badly in one-pass variances
   */
  private record NormShape(
      boolean centred, DType weightType, DType outType, int tokens, int hidden, double mean) {}

  static Stream<NormShape> shapes() {
    List<NormShape> all = new ArrayList<>();
    for (boolean centred : new boolean[] {false, true}) {
      for (DType type : new DType[] {DType.F32, DType.BF16, DType.F16}) {
        int[] tokens = {1, 30, 65};
        int[] hidden = {1, 8, 64, 97, 256, 1025, 4096};
        for (int i = 0; i < hidden.length; i++) {
          DType outType = i % 2 == 0 ? type : DType.F32;
          all.add(new NormShape(centred, type, outType, tokens[i % 3], hidden[i], i % 2 * 5));
        }
      }
    }
    return all.stream();
  }

  /** Inputs and both expectations of a normalisation. */
  private static final class Case {
    final NormShape shape;
    final TestTensor gamma;
    final TestTensor beta;
    final double[] residual;
    final double[] delta;
    final double[] summed;
    final double[] exact;
    final double[] naive;

    Case(NormShape shape, boolean hasDelta) {
      this.shape = shape;
      Random random = new Random(shape.toString().hashCode());
      gamma = TestTensor.misaligned(random, 1, shape.weightType, shape.hidden);
      beta = TestTensor.misaligned(random, 1, shape.weightType, shape.hidden);
      int count = shape.tokens * shape.hidden;
      residual = new double[count];
      delta = hasDelta ? new double[count] : null;
      summed = new double[count];
      for (int i = 0; i < count; i++) {
        residual[i] = (float) (shape.mean + random.nextGaussian());
        summed[i] = residual[i];
        if (hasDelta) {
          delta[i] = (float) random.nextGaussian();
          summed[i] = (float) residual[i] + (float) delta[i];
        }
      }
      exact = new double[count];
      naive = new double[count];
      for (int n = 0; n < shape.tokens; n++) {
        expect(n * shape.hidden);
      }
    }

    private void expect(int from) {
      double[] g = gamma.values();
      double[] b = beta.values();
      double sum = 0;
      float sumF = 0;
      for (int e = 0; shape.centred && e < shape.hidden; e++) {
        sum += summed[from + e];
        sumF += (float) summed[from + e];
      }
      double mean = sum / shape.hidden;
      float meanF = sumF / shape.hidden;
      double squares = 0;
      float squaresF = 0;
      for (int e = 0; e < shape.hidden; e++) {
        double x = summed[from + e] - mean;
        float xF = (float) summed[from + e] - meanF;
        squares += x * x;
        squaresF += xF * xF;
      }
      double deviation = Math.sqrt(squares / shape.hidden + EPSILON);
      float deviationF = (float) Math.sqrt(squaresF / shape.hidden + EPSILON);
      FloatFormat format = FloatFormat.of(shape.outType);
      for (int e = 0; e < shape.hidden; e++) {
        double shift = shape.centred ? b[e] : 0;
        exact[from + e] = (summed[from + e] - mean) / deviation * g[e] + shift;
        float normalised = ((float) summed[from + e] - meanF) / deviationF;
        naive[from + e] =
            format.round((float) format.round(normalised) * (float) g[e] + (float) shift);
      }
    }

    /** Runs the operation; the residual must come out as the fp32 sum, to the bit. */
    TestTensor run(Kernels kernels) {
      TestTensor stream = TestTensor.of(DType.F32, residual, shape.tokens, shape.hidden);
      TestTensor added =
          delta == null ? null : TestTensor.of(DType.F32, delta, shape.tokens, shape.hidden);
      TestTensor out = TestTensor.poisoned(shape.outType, shape.tokens, shape.hidden);
      Weight scale = kernels.prepare(List.of(gamma.view()));
      Weight shift = shape.centred ? kernels.prepare(List.of(beta.view())) : null;
      Norm norm = new Norm(scale, shift, EPSILON);
      if (shape.centred) {
        kernels.layerNorm(
            stream.on(kernels), added == null ? null : added.on(kernels), norm, out.on(kernels));
      } else {
        kernels.rmsNorm(
            stream.on(kernels), added == null ? null : added.on(kernels), norm, out.on(kernels));
      }
      kernels.synchronize();
      stream.assertCanariesAlive("residual");
      out.assertCanariesAlive("out");
      assertThat(stream.values()).as("residual").isEqualTo(summed);
      return out;
    }

    void check(TestTensor out) {
      Tolerance.check(shape.toString(), shape.outType, exact, naive, out.values());
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void matchesFp64(NormShape shape) {
    for (boolean hasDelta : new boolean[] {false, true}) {
      Case data = new Case(shape, hasDelta);
      Backends.onEach(
          kernels -> {
            TestTensor out = data.run(kernels);
            data.check(out);
            assertThat(data.run(kernels).toBytes()).as("second run").isEqualTo(out.toBytes());
          });
    }
  }

  @Test
  void layerNormWithoutBetaAddsNone() {
    Random random = new Random(3);
    TestTensor gamma = TestTensor.normal(random, 1, DType.F32, 33);
    TestTensor x = TestTensor.normal(random, 1, DType.F32, 2, 33);
    Backends.onEach(
        kernels -> {
          TestTensor zeros = TestTensor.of(DType.F32, new double[33], 33);
          TestTensor plain = TestTensor.poisoned(DType.F32, 2, 33);
          TestTensor withZero = TestTensor.poisoned(DType.F32, 2, 33);
          Weight scale = kernels.prepare(List.of(gamma.view()));
          Weight shift = kernels.prepare(List.of(zeros.view()));
          kernels.layerNorm(x.on(kernels), null, new Norm(scale, null, EPSILON), plain.on(kernels));
          kernels.layerNorm(
              x.on(kernels), null, new Norm(scale, shift, EPSILON), withZero.on(kernels));
          kernels.synchronize();
          assertThat(plain.values()).isEqualTo(withZero.values());
        });
  }

  @Test
  void plantedFaultsTripTheBound() {
    for (DType type : new DType[] {DType.F32, DType.BF16, DType.F16}) {
      Case centred = new Case(new NormShape(true, type, type, 3, 97, 1), true);
      Case rms = new Case(new NormShape(false, type, type, 3, 97, 1), true);
      try (Kernels kernels = new ReferenceKernels()) {
        TestTensor sound = rms.run(kernels);
        rms.check(sound);
        // The mean is not removed, or is where it must not be.
        Case notCentred = new Case(new NormShape(false, type, type, 3, 97, 1), true);
        assertThatThrownBy(() -> centred.check(sound)).hasMessageContaining("above the bound");
        assertThatThrownBy(() -> notCentred.check(centred.run(kernels)))
            .hasMessageContaining("above the bound");
        // Each element is scaled by its neighbour's gamma.
        double[] gamma = rms.gamma.values();
        for (int i = 0; i < sound.count(); i++) {
          sound.set(i, rms.exact[i] / gamma[i % 97] * gamma[(i + 1) % 97]);
        }
        assertThatThrownBy(() -> rms.check(sound)).hasMessageContaining("above the bound");
      }
    }
  }
}
