package dev.fovea.kernel;

import dev.fovea.tensor.DType;

/** Kernels in native code, which can measure the machine that they run on. */
public sealed interface NativeKernels extends Kernels permits CpuKernels, CudaKernels {

  /** Name of the kernel that {@link #attention} runs for pages of this dtype. */
  String attentionKernel(DType pages);

  @Override
  default KernelsInfo info(DType pages) {
    KernelsInfo any = info();
    return new KernelsInfo(
        any.backend(), any.device(), any.isa(), any.threads(), attentionKernel(pages));
  }

  /**
   * Streaming bandwidth of the memory that the operations use, in bytes per second: of reads on
   * CPUs, of reads and writes of a copy on GPUs.
   *
   * @param bytes to read over; above the last-level cache to measure memory
   */
  double readBandwidth(long bytes, double seconds);

  /**
   * Peak of the dot product of the instruction set in FLOP per second; on a GPU, what cuBLASLt
   * reaches in a large bf16 product.
   */
  double dotPeak(double seconds);
}
