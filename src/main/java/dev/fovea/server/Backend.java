package dev.fovea.server;

import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.CudaKernels;
import dev.fovea.kernel.KernelException;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.weights.Mapping;
import java.util.Locale;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * What computes, and how weights must lie in memory for it.
 *
 * @param kernels owned by whoever opened them
 */
public record Backend(Kernels kernels, Mapping mapping) {
  private static final Logger LOG = Logger.getLogger(Backend.class);

  /** Of those that CUDA shows this process; CUDA_VISIBLE_DEVICES chooses among more. */
  private static final int FIRST_DEVICE = 0;

  /**
   * @throws ModelLoadException if the wanted device is not there
   */
  static Backend open(FoveaConfig config) {
    return switch (config.device()) {
      case REFERENCE -> reference();
      case CPU -> only("cpu", () -> openCpu(config));
      case AUTO -> automatic(config);
      case CUDA -> only("cuda", Backend::openCuda);
    };
  }

  /** In words, for logs and the terminal. */
  public static String describe(KernelsInfo info) {
    return String.format(
        Locale.ROOT,
        "%s (%s, %s, %d %s, attention %s)",
        info.backend(),
        info.device(),
        info.isa(),
        info.threads(),
        info.backend().equals("cuda") ? "multiprocessors" : "threads",
        info.attentionKernel());
  }

  /** The best of what is there; one line says why it is not the one before. */
  private static Backend automatic(FoveaConfig config) {
    KernelException noGpu;
    try {
      return openCuda();
    } catch (KernelException e) {
      noGpu = e;
    }
    try {
      Backend cpu = openCpu(config);
      LOG.infof("Computing on the CPU: %s", noGpu.getMessage());
      return cpu;
    } catch (KernelException e) {
      LOG.warnf("Computing on the slow Java reference kernels: %s", e.getMessage());
      return reference();
    }
  }

  private static Backend only(String device, Supplier<Backend> open) {
    try {
      return open.get();
    } catch (KernelException e) {
      throw new ModelLoadException(
          String.format(Locale.ROOT, "fovea.device: %s cannot be used: %s", device, e.getMessage()),
          e);
    }
  }

  private static Backend openCuda() {
    return new Backend(CudaKernels.open(FIRST_DEVICE), Mapping.NATIVE);
  }

  private static Backend openCpu(FoveaConfig config) {
    int threads = config.cpu().threads().orElse(0);
    return new Backend(CpuKernels.open(threads, config.cpu().isa()), Mapping.NATIVE);
  }

  private static Backend reference() {
    return new Backend(new ReferenceKernels(), Mapping.JAVA);
  }
}
