package dev.fovea.server.bench;

import dev.fovea.kernel.NativeKernels;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** What the kernel benchmarks share: random tensors of any size, medians, checks for NaN. */
final class Bench {
  private static final int WARM_UP_RUNS = 3;
  private static final int BURST_CALLS = 10;
  private static final int PATTERN_ROWS = 4096;
  private static final int PATTERN_COLUMNS = 512;

  private final NativeKernels kernels;
  private final TensorView pattern;

  Bench(NativeKernels kernels, DType dtype) {
    this.kernels = kernels;
    TensorView host = TensorView.host(dtype, PATTERN_ROWS, PATTERN_COLUMNS);
    fillNormal(host, new Random(1));
    pattern = place(host);
  }

  /** A host tensor where operations see it. */
  TensorView place(TensorView host) {
    if (kernels.memory().isEmpty()) {
      return host;
    }
    Buffer buffer = kernels.allocate(host.byteSize());
    TensorView placed = new TensorView(buffer, 0, host.dtype(), host.shape());
    kernels.copy(host, placed);
    kernels.synchronize();
    return placed;
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
      kernels.gatherRows(pattern, place(order).rows(count), flat.rows(row, count));
    }
    kernels.synchronize();
    return view;
  }

  /** Random normal elements in host memory. */
  TensorView normalInHost(long... dims) {
    TensorView host = TensorView.host(pattern.dtype(), dims);
    fillNormal(host, new Random(2));
    return host;
  }

  /**
   * Median seconds of a call, which gets the number of its run. On a GPU calls are timed in bursts
   * by the device's clock: launching one takes the host as long as a small kernel takes the device.
   */
  double medianSeconds(int runs, IntConsumer call) {
    int burst = kernels.memory().isPresent() ? BURST_CALLS : 1;
    return median(
        runs,
        run ->
            kernels.seconds(() -> IntStream.range(run * burst, (run + 1) * burst).forEach(call))
                / burst);
  }

  /** {@link #medianSeconds} of a call that waits for its own end. */
  static double medianSecondsOfSteps(int runs, IntConsumer call) {
    return median(
        runs,
        run -> {
          long start = System.nanoTime();
          call.accept(run);
          return (System.nanoTime() - start) * 1e-9;
        });
  }

  /** After some runs to warm up. */
  private static double median(int runs, IntToDoubleFunction seconds) {
    for (int run = 0; run < WARM_UP_RUNS; run++) {
      seconds.applyAsDouble(run);
    }
    double[] measured =
        IntStream.range(WARM_UP_RUNS, WARM_UP_RUNS + runs).mapToDouble(seconds).sorted().toArray();
    return measured[runs / 2];
  }

  /** A new tensor for operations to write, full of NaN. */
  TensorView poisoned(DType dtype, long... dims) {
    TensorView host = TensorView.host(dtype, dims);
    ByteBuffer bytes = host.bytes();
    while (bytes.hasRemaining()) {
      bytes.put((byte) -1);
    }
    return place(host);
  }

  /**
   * @throws IllegalStateException if an element is still NaN
   */
  void checkWritten(TensorView view) {
    TensorView host = TensorView.host(view.dtype(), view.shape().toArray());
    kernels.copy(view, host);
    kernels.synchronize();
    ByteBuffer bytes = host.bytes();
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
