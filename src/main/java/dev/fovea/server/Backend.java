package dev.fovea.server;

import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.KernelException;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.weights.Mapping;
import org.jboss.logging.Logger;

/**
 * What computes, and how weights must lie in memory for it.
 *
 * @param kernels owned by whoever opened them
 */
public record Backend(Kernels kernels, Mapping mapping) {
  private static final Logger LOG = Logger.getLogger(Backend.class);

  /**
   * @throws ModelLoadException if the wanted device is not there
   */
  static Backend open(FoveaConfig config) {
    return switch (config.device()) {
      case REFERENCE -> reference();
      case CPU -> cpu(config);
      case AUTO -> automatic(config);
      case CUDA ->
          throw new ModelLoadException(
              "fovea.device: cuda is not built into this version; expected auto, cpu or reference");
    };
  }

  /** In words, for logs and the terminal. */
  public static String describe(KernelsInfo info) {
    return "%s (%s, %s, %d threads, attention %s)"
        .formatted(
            info.backend(), info.device(), info.isa(), info.threads(), info.attentionKernel());
  }

  private static Backend automatic(FoveaConfig config) {
    try {
      return openCpu(config);
    } catch (KernelException e) {
      LOG.warnf("Computing on the slow Java reference kernels: %s", e.getMessage());
      return reference();
    }
  }

  private static Backend cpu(FoveaConfig config) {
    try {
      return openCpu(config);
    } catch (KernelException e) {
      throw new ModelLoadException("fovea.device: cpu cannot be used: " + e.getMessage(), e);
    }
  }

  private static Backend openCpu(FoveaConfig config) {
    int threads = config.cpu().threads().orElse(0);
    return new Backend(CpuKernels.open(threads, config.cpu().isa()), Mapping.NATIVE);
  }

  private static Backend reference() {
    return new Backend(new ReferenceKernels(), Mapping.JAVA);
  }
}
