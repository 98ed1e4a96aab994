package dev.fovea.model;

import dev.fovea.binding.NativeLibrary;
import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.CudaKernels;
import dev.fovea.kernel.Isa;
import dev.fovea.kernel.KernelException;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The backends that this machine can run: Java, and the native library with each instruction set;
 * where the property {@code fovea.test.device} is {@code cuda}, the GPU alone.
 */
record Backends(String name, Supplier<Kernels> open, Mapping mapping) {
  private static final int THREADS = 2;

  static List<Backends> available() {
    List<Backends> all = new ArrayList<>();
    if ("cuda".equals(System.getProperty("fovea.test.device"))) {
      return List.of(new Backends("cuda", () -> CudaKernels.open(0), Mapping.NATIVE));
    }
    all.add(new Backends("reference", ReferenceKernels::new, Mapping.JAVA));
    if (NativeLibrary.cpuFailure().isEmpty()) {
      for (Isa isa : new Isa[] {Isa.PORTABLE, Isa.AVX2, Isa.AVX512}) {
        String name = "cpu-" + isa.name().toLowerCase(Locale.ROOT);
        if (runs(isa)) {
          all.add(new Backends(name, () -> CpuKernels.open(THREADS, isa), Mapping.NATIVE));
        }
      }
    }
    return all;
  }

  /** A checkpoint for steps of up to 4 sequences and 256 tokens. */
  LoadedModel load(Path directory, Kernels kernels) {
    return new ModelLoader(kernels, mapping)
        .load(directory, new Capacity(256, 4, 256, 1 << 28), LoadProgress.SILENT);
  }

  private static boolean runs(Isa isa) {
    try (Kernels kernels = CpuKernels.open(1, isa)) {
      return kernels.info().threads() == 1;
    } catch (KernelException lacking) {
      return false;
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
