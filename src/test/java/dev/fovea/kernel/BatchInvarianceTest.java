package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.Backends.Backend;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A row's bits are a function of its own data: the same alone, in any batch or chunk, and with any
 * number of threads. Native kernels only; each instruction set has its own bits.
 */
class BatchInvarianceTest {
  private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 31, 64, 65};
  private static final int[] INPUTS = {1, 17, 40, 96, 257, 2049, 8200};
  private static final int[] OUTPUTS = {1, 5, 33, 70};
  private static final int CONTEXT = 2500; // crosses two borders of spans

  static Stream<Backend> cpu() {
    return Backends.cpu(2).stream();
  }

  @ParameterizedTest
  @MethodSource("cpu")
  void aProductsRowsDoNotDependOnTheirBatch(Backend backend) {
    try (Kernels kernels = backend.open().get()) {
      for (DType dtype : new DType[] {DType.BF16, DType.F16, DType.F32}) {
        for (int inputs : INPUTS) {
          for (int outputs : OUTPUTS) {
            assertRowsAlone(kernels, dtype, inputs, outputs);
          }
        }
      }
    }
  }

  private static void assertRowsAlone(Kernels kernels, DType dtype, int inputs, int outputs) {
    Random random = new Random(inputs * 31L + outputs);
    int most = ROWS[ROWS.length - 1];
    TensorView x = TestTensor.normal(random, 1, dtype, most, inputs).on(kernels);
    Weight weight =
        kernels.prepare(List.of(TestTensor.normal(random, 1, dtype, outputs, inputs).view()));
    Weight bias = kernels.prepare(List.of(TestTensor.normal(random, 1, dtype, outputs).view()));
    byte[][] alone = new byte[most][];
    for (int row = 0; row < most; row++) {
      alone[row] = product(kernels, x.rows(row, 1), weight, bias);
    }
    for (int rows : ROWS) {
      byte[] together = product(kernels, x.rows(rows), weight, bias);
      int rowBytes = together.length / rows;
      for (int row = 0; row < rows; row++) {
        assertThat(Arrays.copyOfRange(together, row * rowBytes, (row + 1) * rowBytes))
            .as("%s M=%d K=%d: row %d of %d", dtype, outputs, inputs, row, rows)
            .isEqualTo(alone[row]);
      }
    }
  }

  private static byte[] product(Kernels kernels, TensorView x, Weight weight, Weight bias) {
    TestTensor out = TestTensor.poisoned(DType.F32, x.shape().dim(0), weight.shape().dim(0));
    kernels.linear(x, weight, bias, out.on(kernels));
    kernels.synchronize();
    out.assertCanariesAlive("linear out");
    return out.toBytes();
  }

  /** Chunks, decodes and thread counts, over contexts that cross spans, under each mask. */
  @ParameterizedTest
  @MethodSource("cpu")
  void attentionDoesNotDependOnChunksOrThreads(Backend backend) {
    List<AttentionShape.Sequence> prompt = List.of(new AttentionShape.Sequence(CONTEXT, CONTEXT));
    for (DType dtype : new DType[] {DType.BF16, DType.F32}) {
      AttentionShape causal = new AttentionShape(dtype, new HeadLayout(6, 2, 40), 0, prompt, 0);
      for (AttentionShape shape : causal.underEachMask(1100)) {
        AttentionCase data = new AttentionCase(shape);
        byte[] whole = whole(backend, data, 1);
        assertThat(whole(backend, data, 2)).as("2 threads").isEqualTo(whole);
        assertThat(whole(backend, data, 3)).as("3 threads").isEqualTo(whole);
        try (Kernels kernels = backend.open().get()) {
          for (int chunk : new int[] {1, 64, 65, 1000, 2048}) {
            assertChunks(kernels, data, chunk, whole);
          }
        }
      }
    }
  }

  private static byte[] whole(Backend backend, AttentionCase data, int threads) {
    Backend same =
        Backends.cpu(threads).stream()
            .filter(other -> other.name().equals(backend.name()))
            .findFirst()
            .orElseThrow();
    try (Kernels kernels = same.open().get()) {
      TestTensor out = data.newOutput();
      data.run(kernels, data.inputs(), out);
      return out.toBytes();
    }
  }

  private static void assertChunks(Kernels kernels, AttentionCase data, int chunk, byte[] whole) {
    int rowBytes = whole.length / CONTEXT;
    for (int from : starts(chunk)) {
      int rows = Math.min(chunk, CONTEXT - from);
      byte[] part = data.runRows(kernels, 0, from, rows, from).toBytes();
      assertThat(part)
          .as("%s: rows %d + %d", data.shape, from, rows)
          .isEqualTo(Arrays.copyOfRange(whole, from * rowBytes, (from + rows) * rowBytes));
    }
  }

  /** Every chunk, or of single rows those around page and span borders. */
  private static List<Integer> starts(int chunk) {
    List<Integer> starts = new ArrayList<>();
    for (int from = 0; from < CONTEXT; from += chunk) {
      if (chunk > 1 || from % 64 < 2 && from % 512 < 130 || from > CONTEXT - 3) {
        starts.add(from);
      }
    }
    return starts;
  }
}
