package dev.fovea.kernel;

import dev.fovea.binding.NativeLibrary;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Every path that the contract runs on this machine. */
final class Backends {

  /** A way to open kernels, and what its {@link KernelsInfo} must say. */
  record Backend(String name, Supplier<Kernels> open) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final int THREADS = 2;

  private Backends() {}

  static List<Backend> all() {
    List<Backend> all = new ArrayList<>();
    all.add(new Backend("reference", ReferenceKernels::new));
    if (NativeLibrary.cpuFailure().isEmpty()) {
      all.addAll(cpu());
    }
    return all;
  }

  /** The native kernels once for each instruction set that the processor has. */
  static List<Backend> cpu() {
    List<Backend> all = new ArrayList<>();
    for (Isa isa : List.of(Isa.PORTABLE, Isa.AVX2, Isa.AVX512)) {
      if (Processors.has(isa)) {
        all.add(new Backend("cpu " + isa, () -> CpuKernels.open(THREADS, isa)));
      }
    }
    return all;
  }

  /** Runs a check on every backend; fails with all that failed, each by its name. */
  static void onEach(Consumer<Kernels> check) {
    AssertionError failures = null;
    for (Backend backend : all()) {
      try (Kernels kernels = backend.open().get()) {
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
