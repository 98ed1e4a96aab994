package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LinearContractTest {
  private static final int TENSOR_CORE_PRODUCTS = 16;
  private static final long SEED = 41;
  private static final int FEW_OUTPUTS = 64;
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 65};
  private static final int[] INPUTS = {1, 7, 8, 15, 33, 64, 100, 256, 257, 1000};
  private static final int[][] OUTPUTS = {{1}, {5}, {64}, {97}, {300}, {64, 32, 32}, {1, 3, 130}};
  private static final DType[] DTYPES = {DType.BF16, DType.F16, DType.F32};

  /**
   * @param outputs rows of each segment of the weight
   */
  private record LinearShape(
      DType dtype, DType outType, int tokens, int inputs, int[] outputs, boolean hasBias) {

    int sumOfOutputs() {
      int sum = 0;
      for (int rows : outputs) {
        sum += rows;
      }
      return sum;
    }

    @Override
    public String toString() {
      return "%s -> %s N=%d K=%d M=%s%s"
          .formatted(
              dtype, outType, tokens, inputs, Arrays.toString(outputs), hasBias ? " bias" : "");
    }
  }

  /** A product with its inputs, its fp64 result and its naive one. */
  private static final class Case {
    final LinearShape shape;
    final TestTensor x;
    final List<TensorView> segments = new ArrayList<>();
    final List<TensorView> biasSegments = new ArrayList<>();
    final double[] exact;
    final double[] naive;

    Case(LinearShape shape, long seed) {
      this.shape = shape;
      Random random = new Random(seed);
      x = TestTensor.normal(random, 1, shape.dtype, shape.tokens, shape.inputs);
      double sigma = 1 / Math.sqrt(shape.inputs);
      double[][] weights = new double[shape.sumOfOutputs()][];
      double[] bias = new double[weights.length];
      int row = 0;
      for (int rows : shape.outputs) {
        TestTensor segment = TestTensor.misaligned(random, sigma, shape.dtype, rows, shape.inputs);
        TestTensor vector = TestTensor.misaligned(random, 1, shape.dtype, rows);
        double[] matrix = segment.values();
        System.arraycopy(vector.values(), 0, bias, row, rows);
        for (int m = 0; m < rows; m++, row++) {
          weights[row] = Arrays.copyOfRange(matrix, m * shape.inputs, (m + 1) * shape.inputs);
        }
        segments.add(segment.view());
        biasSegments.add(vector.view());
      }
      double[] inputs = x.values();
      FloatFormat format = FloatFormat.of(shape.outType);
      exact = new double[shape.tokens * weights.length];
      naive = new double[exact.length];
      for (int i = 0; i < exact.length; i++) {
        int n = i / weights.length;
        int m = i % weights.length;
        double[] products = new double[shape.inputs];
        for (int k = 0; k < shape.inputs; k++) {
          products[k] = inputs[n * shape.inputs + k] * weights[m][k];
        }
        double sum = Arrays.stream(products).sum();
        double rounded = format.round(naiveSum(shape.dtype, products, exact.length));
        exact[i] = shape.hasBias ? sum + bias[m] : sum;
        naive[i] = shape.hasBias ? format.round((float) rounded + (float) bias[m]) : rounded;
      }
    }

    /**
     * The sum in fp32, in order. Where there are few outputs one order may be right by luck: then
     * the worst of several orders, each of so many interleaved partial sums.
     */
    private static double naiveSum(DType dtype, double[] products, int outputs) {
      if (Backends.areOnGpu() && dtype != DType.F32) {
        return sumOnTensorCores(products);
      }
      double exact = Arrays.stream(products).sum();
      double worst = sumOf(products, 1);
      for (int partials = 2; outputs < FEW_OUTPUTS && partials <= 64; partials++) {
        double other = sumOf(products, partials);
        worst = Math.abs(other - exact) > Math.abs(worst - exact) ? other : worst;
      }
      return worst;
    }

    private static float sumOf(double[] products, int partials) {
      float total = 0;
      for (int first = 0; first < partials; first++) {
        float sum = 0;
        for (int k = first; k < products.length; k += partials) {
          sum += (float) products[k];
        }
        total += sum;
      }
      return total;
    }

    /**
     * Tensor cores add some exact products at once and cut off what fp32 has no bits for, where
     * plain code rounds (Fasi et al. 2021, Numerical behavior of NVIDIA tensor cores).
     */
    private static double sumOnTensorCores(double[] products) {
      float total = 0;
      for (int first = 0; first < products.length; first += TENSOR_CORE_PRODUCTS) {
        int end = Math.min(first + TENSOR_CORE_PRODUCTS, products.length);
        double sum = total + Arrays.stream(products, first, end).sum();
        float rounded = (float) sum;
        boolean isRoundedUp = Math.abs(rounded) > Math.abs(sum);
        total = isRoundedUp ? Math.nextAfter(rounded, 0.0) : rounded;
      }
      return total;
    }

    Weight weight(Kernels kernels) {
      return kernels.prepare(segments);
    }

    Weight bias(Kernels kernels) {
      return shape.hasBias ? kernels.prepare(biasSegments) : null;
    }

    TestTensor run(Kernels kernels) {
      return run(kernels, weight(kernels), bias(kernels), 0, shape.tokens);
    }

    TestTensor run(Kernels kernels, Weight weight, Weight bias, int firstRow, int rows) {
      TestTensor out = TestTensor.poisoned(shape.outType, rows, shape.sumOfOutputs());
      kernels.linear(x.on(kernels).rows(firstRow, rows), weight, bias, out.on(kernels));
      kernels.synchronize();
      out.assertCanariesAlive("linear out");
      return out;
    }

    void check(TestTensor out) {
      Tolerance.check("linear " + shape, shape.outType, exact, naive, out.values());
    }
  }

  private static void onEach(Consumer<Kernels> check) {
    Backends.onEach(check);
    try (Kernels kernels = new ReferenceKernels(0)) { // decodes anew what others keep decoded
      check.accept(kernels);
    }
  }

  static Stream<LinearShape> sampled() {
    Random random = new Random(SEED);
    Stream<LinearShape> drawn =
        Stream.generate(
                () -> {
                  DType dtype = DTYPES[random.nextInt(3)];
                  return new LinearShape(
                      dtype,
                      random.nextBoolean() ? dtype : DType.F32,
                      TOKENS[random.nextInt(TOKENS.length)],
                      INPUTS[random.nextInt(INPUTS.length)],
                      OUTPUTS[random.nextInt(OUTPUTS.length)],
                      random.nextBoolean());
                })
            .limit(120);
    return Stream.concat(drawn, Stream.of(DTYPES).flatMap(LinearContractTest::large));
  }

  /** Past every tile: a projection of a small model, decoding and prefilling. */
  private static Stream<LinearShape> large(DType dtype) {
    return Stream.of(
        new LinearShape(dtype, DType.F32, 1, 2048, new int[] {1030}, false),
        new LinearShape(dtype, dtype, 130, 776, new int[] {256, 128, 129}, true));
  }

  static Stream<LinearShape> cross() {
    List<LinearShape> all = new ArrayList<>();
    for (DType dtype : DTYPES) {
      for (int tokens : TOKENS) {
        for (int inputs : INPUTS) {
          for (int[] outputs : OUTPUTS) {
            all.add(new LinearShape(dtype, DType.F32, tokens, inputs, outputs, false));
            all.add(new LinearShape(dtype, dtype, tokens, inputs, outputs, true));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("sampled")
  void matchesFp64(LinearShape shape) {
    matchesFp64AndRepeats(shape);
  }

  @Tag("battery")
  @ParameterizedTest
  @MethodSource("cross")
  void matchesFp64OverTheWholeCrossProduct(LinearShape shape) {
    matchesFp64AndRepeats(shape);
  }

  private static void matchesFp64AndRepeats(LinearShape shape) {
    Case data = new Case(shape, SEED);
    onEach(
        kernels -> {
          TestTensor out = data.run(kernels);
          data.check(out);
          assertThat(data.run(kernels).toBytes()).as("a second run").isEqualTo(out.toBytes());
        });
  }

  /**
   * One reduction order for every N: each row alone, in pairs and in the batch gives one result.
   */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void aRowsBitsDoNotDependOnItsBatch(DType dtype) {
    Backends.assumeOnHost();
    for (int inputs : new int[] {64, 100, 1000, 1024}) {
      Case data =
          new Case(new LinearShape(dtype, DType.F32, 67, inputs, new int[] {70, 63}, true), inputs);
      onEach(kernels -> assertRowsAgree(kernels, data));
    }
  }

  /** The same where a GPU takes a product for one of few tokens. */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "F16"})
  void aRowsBitsDoNotDependOnItsFewNeighbours(DType dtype) {
    for (int inputs : new int[] {64, 104, 1000, 1024}) {
      Case data =
          new Case(new LinearShape(dtype, dtype, 16, inputs, new int[] {70, 63}, true), inputs);
      onEach(kernels -> assertRowsAgree(kernels, data));
    }
  }

  private static void assertRowsAgree(Kernels kernels, Case data) {
    Weight weight = data.weight(kernels);
    Weight bias = data.bias(kernels);
    double[] batch = data.run(kernels, weight, bias, 0, data.shape.tokens).values();
    int outputs = data.shape.sumOfOutputs();
    for (int rows : new int[] {1, 2, 3, 5, 8, 16, 33}) {
      for (int first = 0; first + rows <= data.shape.tokens; first += rows) {
        double[] some = data.run(kernels, weight, bias, first, rows).values();
        assertThat(some)
            .as("%s: rows %d + %d", data.shape, first, rows)
            .isEqualTo(Arrays.copyOfRange(batch, first * outputs, (first + rows) * outputs));
      }
    }
  }

  @Test
  void aNanStaysInItsRow() {
    Case data = new Case(new LinearShape(DType.BF16, DType.F32, 9, 64, new int[] {33}, false), 3);
    onEach(
        kernels -> {
          TestTensor sound = data.run(kernels);
          data.x.set(4 * 64 + 5, Double.NaN);
          TestTensor out = data.run(kernels);
          data.x.set(4 * 64 + 5, 0);
          TestTensor zeroed = data.run(kernels);
          double[] got = out.values();
          double[] expected = sound.values();
          for (int i = 0; i < got.length; i++) {
            if (i / 33 == 4) {
              assertThat(got[i]).isNaN();
              assertThat(zeroed.values()[i]).isFinite();
            } else {
              assertThat(got[i]).isEqualTo(expected[i]);
            }
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void plantedFaultsTripTheBound(DType dtype) {
    Case data = new Case(new LinearShape(dtype, dtype, 5, 1001, new int[] {40, 24, 24}, true), 9);
    try (Kernels kernels = new ReferenceKernels()) {
      TestTensor sound = data.run(kernels);
      assertThatCode(() -> data.check(sound)).doesNotThrowAnyException();

      Weight noBias = null;
      assertTrips(data, data.run(kernels, data.weight(kernels), noBias, 0, 5));

      List<TensorView> swapped = new ArrayList<>(data.segments);
      Collections.swap(swapped, 1, 2);
      assertTrips(data, data.run(kernels, kernels.prepare(swapped), data.bias(kernels), 0, 5));

      double[] last = data.x.values();
      for (int n = 0; n < 5; n++) {
        data.x.set(n * 1001 + 1000, 0); // the column after the last full vector is forgotten
      }
      assertTrips(data, data.run(kernels));
      for (int n = 0; n < 5; n++) {
        data.x.set(n * 1001 + 1000, last[n * 1001 + 1000]);
      }
    }
  }

  private static void assertTrips(Case data, TestTensor out) {
    assertThatThrownBy(() -> data.check(out))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("above the bound");
  }
}
