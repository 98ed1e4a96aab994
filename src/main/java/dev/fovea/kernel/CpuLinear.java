package dev.fovea.kernel;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.CpuLibrary.StreamHandle;
import dev.fovea.binding.LinearParams;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;

/**
 * {@link Kernels#linear} over stacked weights: one native product per segment, each into its own
 * columns of the output. A stacked bias may be cut at other rows than the weight.
 */
final class CpuLinear {
  private final StreamHandle stream;
  private final LinearParams params = new LinearParams();

  CpuLinear(StreamHandle stream) {
    this.stream = stream;
  }

  void run(TensorView x, Weight weight, Weight bias, TensorView out) {
    params
        .x(x.address())
        .out(out.address())
        .numTokens(x.shape().dim(0))
        .inputs(x.shape().dim(1))
        .outStride(out.shape().dim(1))
        .type(weight.dtype().code())
        .biasType(bias == null ? DType.F32.code() : bias.dtype().code())
        .outType(out.dtype().code());
    long column = 0;
    for (TensorView segment : weight.segments()) {
      long rows = segment.shape().dim(0);
      for (long row = 0; row < rows; ) {
        long count = Math.min(rows - row, biasRun(bias, column + row));
        long rowBytes = segment.shape().dim(1) * segment.dtype().bytes();
        params
            .weight(segment.address() + row * rowBytes)
            .bias(biasAddress(bias, column + row))
            .outputs(count)
            .outColumn(column + row);
        NativeStatus.check("linear", CpuLibrary.linear(stream, params));
        row += count;
      }
      column += rows;
    }
  }

  /** Elements from {@code index} to the end of its bias segment. */
  private static long biasRun(Weight bias, long index) {
    if (bias == null) {
      return Long.MAX_VALUE;
    }
    long end = 0;
    for (TensorView segment : bias.segments()) {
      end += segment.shape().dim(0);
      if (index < end) {
        return end - index;
      }
    }
    throw new IndexOutOfBoundsException("bias element " + index + " of " + bias);
  }

  private static long biasAddress(Weight bias, long index) {
    if (bias == null) {
      return 0;
    }
    long begin = 0;
    for (TensorView segment : bias.segments()) {
      long length = segment.shape().dim(0);
      if (index < begin + length) {
        return segment.address() + (index - begin) * segment.dtype().bytes();
      }
      begin += length;
    }
    throw new IndexOutOfBoundsException("bias element " + index + " of " + bias);
  }
}
