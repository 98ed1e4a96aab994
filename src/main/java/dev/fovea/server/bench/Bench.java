package dev.fovea.server.bench;

import dev.fovea.kernel.CpuKernels;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntConsumer;

/** What the kernel benchmarks share: random tensors of any size, medians, checks for NaN. */
final class Bench {
  private static final int WARM_UP_RUNS = 3;
  private static final int PATTERN_ROWS = 4096;
  private static final int PATTERN_COLUMNS = 512;

  private final CpuKernels kernels;
  private final TensorView pattern;

  Bench(CpuKernels kernels, DType dtype) {
    this.kernels = kernels;
    pattern = TensorView.host(dtype, PATTERN_ROWS, PATTERN_COLUMNS);
    fillNormal(pattern, new Random(1));
  }

  /** Random normal elements in native memory; rows of a pattern in random order. */
  TensorView normal(Buffer buffer, long... dims) {
    TensorView view = new TensorView(buffer, 0, pattern.dtype(), Shape.of(dims));
    long rows = view.shape().elements() / PATTERN_COLUMNS;
    TensorView flat = view.reshape(rows, PATTERN_COLUMNS);
    Random random = new Random(rows);
    TensorView order = TensorView.host(DType.I32, PATTERN_ROWS);
    for (long row = 0; row < rows; row += PATTERN_ROWS) {
      long count = Math.min(PATTERN_ROWS, rows - row);
      order.bytes().asIntBuffer().put(random.ints(PATTERN_ROWS, 0, PATTERN_ROWS).toArray());
      kernels.gatherRows(pattern, order.rows(count), flat.rows(row, count));
    }
    return view;
  }

  /** Median seconds of a call, which gets the number of its run. */
  static double medianSeconds(int runs, IntConsumer call) {
    for (int run = 0; run < WARM_UP_RUNS; run++) {
      call.accept(run);
    }
    double[] seconds = new double[runs];
    for (int run = 0; run < runs; run++) {
      long start = System.nanoTime();
      call.accept(WARM_UP_RUNS + run);
      seconds[run] = (System.nanoTime() - start) * 1e-9;
    }
    Arrays.sort(seconds);
    return seconds[runs / 2];
  }

  /** Fills with NaN of any floating dtype. */
  static void poison(TensorView view) {
    ByteBuffer bytes = view.bytes();
    while (bytes.hasRemaining()) {
      bytes.put((byte) -1);
    }
  }

  /**
   * @throws IllegalStateException if an element is still NaN
   */
  static void checkWritten(TensorView view) {
    ByteBuffer bytes = view.bytes();
    for (long i = 0; i < view.shape().elements(); i++) {
      boolean isNan =
          view.dtype() == DType.F32
              ? Float.isNaN(bytes.getFloat())
              : (bytes.getShort() & 0x7fff) > (view.dtype() == DType.BF16 ? 0x7f80 : 0x7c00);
      if (isNan) {
        throw new IllegalStateException("output " + view + ": element " + i + " is NaN");
      }
    }
  }

  private static void fillNormal(TensorView view, Random random) {
    ByteBuffer bytes = view.bytes();
    while (bytes.hasRemaining()) {
      float value = (float) random.nextGaussian();
      switch (view.dtype()) {
        case F32 -> bytes.putFloat(value);
        case BF16 -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        default -> throw new IllegalArgumentException("expected f32 or bf16, got " + view.dtype());
      }
    }
  }
}
