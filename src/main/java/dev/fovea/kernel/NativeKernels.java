package dev.fovea.kernel;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;

/** Kernels in native code, which can measure the machine that they run on. */
public sealed interface NativeKernels extends Kernels permits CpuKernels, CudaKernels {

  /** Name of the kernel that {@link #attention} runs for pages of this dtype. */
  String attentionKernel(DType pages);

  /** Name of the kernel that {@link #linear} runs for these. */
  String linearKernel(TensorView x, Weight weight);

  /**
   * Seconds that operations take, from the first one's start to the last one's end: by the device's
   * clock on a GPU, so that nothing of the host is counted while it stays ahead; waits for the end.
   */
  double seconds(Runnable operations);

  /**
   * Streaming read bandwidth of the memory that the operations use, in bytes per second.
   *
   * @param bytes to read; above the last-level cache to measure memory
   */
  double readBandwidth(long bytes, double seconds);

  /**
   * Peak of the dot product of the instruction set in FLOP per second; on a GPU, what cuBLASLt
   * reaches in a large bf16 product.
   */
  double dotPeak(double seconds);
}
