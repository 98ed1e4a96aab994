package dev.fovea.kernel;

/**
 * Instruction sets of {@link CpuKernels}, each including the ones before it; {@code code} is the
 * native {@code FoveaIsa}.
 */
public enum Isa {
  /** The best that the processor has. */
  AUTO(-1),
  PORTABLE(0),
  /** With FMA and F16C. */
  AVX2(1),
  /** F, BW, DQ, VL and BF16. */
  AVX512(2);

  private final int code;

  Isa(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
