package dev.fovea.server.bench;

import dev.fovea.kernel.NativeKernels;

/**
 * What the machine can do at best on the threads in use, at one moment.
 *
 * @param bytesPerSecond streaming read bandwidth
 * @param flopsPerSecond dot-product peak of the instruction set
 */
public record Ceilings(double bytesPerSecond, double flopsPerSecond) {
  private static final double SECONDS = 0.4;

  /**
   * Measures both ceilings.
   *
   * @param bytes of memory to read over
   */
  static Ceilings measure(NativeKernels kernels, long bytes) {
    return new Ceilings(kernels.readBandwidth(bytes, SECONDS), kernels.dotPeak(SECONDS));
  }

  Ceilings mean(Ceilings other) {
    return new Ceilings(
        (bytesPerSecond + other.bytesPerSecond) / 2, (flopsPerSecond + other.flopsPerSecond) / 2);
  }

  /** Largest relative change to another measurement. */
  double drift(Ceilings other) {
    return Math.max(
        Math.abs(bytesPerSecond / other.bytesPerSecond - 1),
        Math.abs(flopsPerSecond / other.flopsPerSecond - 1));
  }
}
