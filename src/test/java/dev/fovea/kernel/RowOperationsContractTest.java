package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code embed}, {@code activation} and {@code gatherRows}. */
class RowOperationsContractTest {
  private static final int[] TOKENS = {1, 2, 65};

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void embedAddsRowsInFp32(DType dtype) {
    for (int hidden : new int[] {1, 8, 97, 256}) {
      for (int tokens : TOKENS) {
        for (boolean hasPositions : new boolean[] {false, true}) {
          embedIsExact(dtype, tokens, hidden, hasPositions);
        }
      }
    }
  }

  private static void embedIsExact(DType dtype, int tokens, int hidden, boolean hasPositions) {
    Random random = new Random(hidden + tokens);
    TestTensor table = TestTensor.misaligned(random, 1, dtype, 33, hidden);
    TestTensor places = TestTensor.misaligned(random, 1, dtype, 50, hidden);
    int[] ids = random.ints(tokens, 0, 33).toArray();
    int[] positions = random.ints(tokens, 0, 50).toArray();
    ids[0] = 32;
    positions[0] = 49;
    double[] tableRows = table.values();
    double[] placeRows = places.values();
    double[] expected = new double[tokens * hidden];
    for (int i = 0; i < expected.length; i++) {
      int column = i % hidden;
      double value = tableRows[ids[i / hidden] * hidden + column];
      double place = placeRows[positions[i / hidden] * hidden + column];
      expected[i] = hasPositions ? (float) value + (float) place : value;
    }
    Backends.onEach(
        kernels -> {
          TestTensor out = TestTensor.poisoned(DType.F32, tokens, hidden);
          kernels.embed(
              TestTensor.ints(ids).on(kernels),
              TestTensor.ints(positions).on(kernels),
              kernels.prepare(List.of(table.view())),
              hasPositions ? kernels.prepare(List.of(places.view())) : null,
              out.on(kernels));
          kernels.synchronize();
          out.assertCanariesAlive("embed out");
          assertThat(out.values()).isEqualTo(expected);
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16", "I32"})
  void gatherRowsCopiesBits(DType dtype) {
    Random random = new Random(1);
    for (int columns : new int[] {1, 7, 64, 1000}) {
      TestTensor x = TestTensor.poisoned(dtype, 40, columns);
      byte[] bits = new byte[(int) x.view().byteSize()];
      random.nextBytes(bits); // signalling NaNs among them
      x.view().bytes().put(bits);
      int[] rows = {39, 0, 7, 7, 38};
      Backends.onEach(
          kernels -> {
            TestTensor out = TestTensor.poisoned(dtype, rows.length, columns);
            kernels.gatherRows(x.on(kernels), TestTensor.ints(rows).on(kernels), out.on(kernels));
            kernels.synchronize();
            out.assertCanariesAlive("gatherRows out");
            int rowBytes = columns * dtype.bytes();
            byte[] got = out.toBytes();
            for (int i = 0; i < got.length; i++) {
              assertThat(got[i]).isEqualTo(bits[rows[i / rowBytes] * rowBytes + i % rowBytes]);
            }
          });
    }
  }

  @Test
  void putIdsScattersAndMakesNegativeIdsZero() {
    int[] ids = {7, -1, 5, 9, Integer.MIN_VALUE, Integer.MAX_VALUE};
    int[] sources = {5, 1, 3, 3, 4};
    int[] places = {8, 0, 3, 11, 4};
    int[] before = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    int[] picked = {0, 2, 3, 9, 0, 6, 7, 8, Integer.MAX_VALUE, 10, 11, 9};
    int[] inOrder = {0, 2, 3, 5, 9, 6, 7, 8, 7, 10, 11, 0};
    int[] allPlaces = {8, 0, 3, 4, 11, 9};
    Backends.onEach(
        kernels -> {
          TestTensor out = TestTensor.ints(before);
          kernels.putIds(
              TestTensor.ints(ids).on(kernels),
              TestTensor.ints(sources).on(kernels),
              TestTensor.ints(places).on(kernels),
              out.on(kernels).reshape(3, 4));
          kernels.synchronize();
          out.assertCanariesAlive("putIds out");
          assertThat(out.ints()).isEqualTo(picked);
          TestTensor direct = TestTensor.ints(before);
          kernels.putIds(
              TestTensor.ints(7, -1, 5, 9, Integer.MIN_VALUE, 10).on(kernels),
              null,
              TestTensor.ints(allPlaces).on(kernels),
              direct.on(kernels));
          kernels.synchronize();
          assertThat(direct.ints()).isEqualTo(inOrder);
        });
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationMatchesFp64(Activation kind) {
    for (DType outType : new DType[] {DType.F32, DType.BF16, DType.F16}) {
      for (DType type : new DType[] {DType.F32, outType}) {
        for (boolean gated : new boolean[] {false, true}) {
          for (int features : new int[] {1, 8, 97, 200}) {
            for (double sigma : new double[] {0.01, 2, 40}) {
              DType[] types = {type, outType};
              activationMatches(new ActivationCase(kind, types, gated, features, sigma));
            }
          }
        }
      }
    }
  }

  /** Three rows through an activation: one small, one usual, one far out. */
  private static final class ActivationCase {
    private static final int ROWS = 3;
    final String what;
    final Activation kind;
    final boolean gated;
    final TestTensor x;
    final TestTensor out;
    final double[] exact;
    final double[] naive;

    /**
     * @param types of x and out
     */
    ActivationCase(Activation kind, DType[] types, boolean gated, int features, double sigma) {
      what =
          "%s %s gated=%s F=%d sigma=%s"
              .formatted(kind, Arrays.toString(types), gated, features, sigma);
      this.kind = kind;
      this.gated = gated;
      int width = gated ? 2 * features : features;
      x = TestTensor.normal(new Random(features), sigma, types[0], ROWS, width);
      x.set(0, -0.0);
      out = TestTensor.poisoned(types[1], ROWS, features);
      exact = new double[ROWS * features];
      naive = new double[exact.length];
      FloatFormat format = FloatFormat.of(types[1]);
      double[] values = x.values();
      for (int i = 0; i < exact.length; i++) {
        int at = i / features * width + i % features;
        double gate = gated ? values[at + features] : 1;
        exact[i] = Fp64Activation.exact(kind, values[at]) * gate;
        float activated = Fp64Activation.inFp32(kind, (float) values[at]);
        naive[i] = format.round((float) format.round(activated) * (float) gate);
      }
    }

    void run(Kernels kernels) {
      out.poison();
      kernels.activation(kind, gated, x.on(kernels), out.on(kernels));
      kernels.synchronize();
      out.assertCanariesAlive("activation out");
    }

    void check() {
      Tolerance.check(what, out.view().dtype(), exact, naive, out.values());
    }
  }

  private static void activationMatches(ActivationCase data) {
    Backends.onEach(
        kernels -> {
          data.run(kernels);
          data.check();
          byte[] first = data.out.toBytes();
          data.run(kernels);
          assertThat(data.out.toBytes()).as("second run").isEqualTo(first);
        });
  }

  @Test
  void oneActivationForAnotherTripsTheBound() {
    for (Activation kind : Activation.values()) {
      for (Activation other : Activation.values()) {
        ActivationCase data =
            new ActivationCase(kind, new DType[] {DType.F32, DType.F32}, true, 97, 2);
        try (Kernels kernels = new ReferenceKernels()) {
          if (kind != other) {
            kernels.activation(other, true, data.x.on(kernels), data.out.on(kernels));
            assertThatThrownBy(data::check).hasMessageContaining("above the bound");
          }
        }
      }
    }
  }

  @Test
  void activationsSaturateInsteadOfOverflowing() {
    double[] far = {-1e30, -200, -104, 104, 200, 1e30, 0, -0.0};
    for (Activation kind : Activation.values()) {
      Backends.onEach(
          kernels -> {
            TestTensor x = TestTensor.of(DType.F32, far, 1, far.length);
            TestTensor out = TestTensor.poisoned(DType.F32, 1, far.length);
            kernels.activation(kind, false, x.on(kernels), out.on(kernels));
            kernels.synchronize();
            double[] got = out.values();
            for (int i = 0; i < far.length; i++) {
              double expected = (float) Math.max(far[i], 0);
              assertThat(got[i]).as("%s(%s)", kind, far[i]).isCloseTo(expected, tiny());
            }
          });
    }
  }

  /** What fp32 may leave of act(x) for x below -100: less than its smallest normal number. */
  private static org.assertj.core.data.Offset<Double> tiny() {
    return org.assertj.core.data.Offset.offset((double) Float.MIN_NORMAL);
  }
}
