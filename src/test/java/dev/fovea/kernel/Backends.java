package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.fovea.binding.NativeLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Every path that the contract runs on this machine: those of the host or, where the property
 * {@code fovea.test.device} is {@code cuda}, the GPU's alone.
 */
final class Backends {
  private static final boolean ON_CUDA = "cuda".equals(System.getProperty("fovea.test.device"));

  /**
   * A way to open kernels.
   *
   * @param isa that {@link KernelsInfo} must name, or its beginning on a GPU
   */
  record Backend(String name, String isa, Supplier<Kernels> open) {

    /** Opened kernels, surely those that were asked for. */
    Kernels opened() {
      Kernels kernels = open.get();
      assertThat(kernels.info().isa()).as("instruction set that runs").startsWith(isa);
      assertThat(kernels.info().attentionKernel()).contains(ON_CUDA ? "mma" : isa);
      return kernels;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final int THREADS = 2;
  private static final Map<Isa, String> ISA_NAMES =
      Map.of(Isa.PORTABLE, "portable", Isa.AVX2, "avx2", Isa.AVX512, "avx512_bf16");

  private Backends() {}

  static List<Backend> all() {
    List<Backend> all = new ArrayList<>();
    if (ON_CUDA) {
      all.add(new Backend("cuda", "sm_", () -> CudaKernels.open(0)));
      return all;
    }
    all.add(new Backend("reference", "java", ReferenceKernels::new));
    if (NativeLibrary.cpuFailure().isEmpty()) {
      all.addAll(cpu(THREADS));
    }
    return all;
  }

  /** Whether the contract runs on a GPU. */
  static boolean areOnGpu() {
    return ON_CUDA;
  }

  /** For promises that only backends in the host's memory make. */
  static void assumeOnHost() {
    assumeFalse(ON_CUDA);
  }

  /** The native kernels once for each instruction set that the processor has. */
  static List<Backend> cpu(int threads) {
    List<Backend> all = new ArrayList<>();
    for (Isa isa : List.of(Isa.PORTABLE, Isa.AVX2, Isa.AVX512)) {
      if (Processors.has(isa)) {
        String name = ISA_NAMES.get(isa);
        all.add(new Backend("cpu " + name, name, () -> CpuKernels.open(threads, isa)));
      }
    }
    return all;
  }

  /** Runs a check on every backend; fails with all that failed, each by its name. */
  static void onEach(Consumer<Kernels> check) {
    AssertionError failures = null;
    for (Backend backend : all()) {
      try (Kernels kernels = backend.opened()) {
        check.accept(kernels);
      } catch (AssertionError | RuntimeException e) {
        AssertionError failure = new AssertionError(backend + ": " + e.getMessage(), e);
        if (failures == null) {
          failures = failure;
        } else {
          failures.addSuppressed(failure);
        }
      }
    }
    if (failures != null) {
      throw failures;
    }
  }
}
