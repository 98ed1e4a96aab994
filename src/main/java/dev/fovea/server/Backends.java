package dev.fovea.server;

import dev.fovea.kernel.KernelsInfo;

/** What computes, in words. */
public final class Backends {
  private Backends() {}

  public static String describe(KernelsInfo kernels) {
    return "%s (%s, %s, %d threads, attention %s)"
        .formatted(
            kernels.backend(),
            kernels.device(),
            kernels.isa(),
            kernels.threads(),
            kernels.attentionKernel());
  }
}
