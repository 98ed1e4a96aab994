package dev.fovea.binding;

import dev.fovea.binding.cuda.CudaLibrary;
import java.util.Optional;

/** Whether the native libraries load on this machine, as values rather than errors. */
public final class NativeLibrary {
  private NativeLibrary() {}

  /** Empty when the CPU library is usable, else one line that says why it is not. */
  public static Optional<String> cpuFailure() {
    return Cpu.FAILURE;
  }

  /**
   * Empty when the CUDA library and cuBLASLt are usable and there is a device, else one line that
   * says why they are not.
   */
  public static Optional<String> cudaFailure() {
    return Cuda.FAILURE;
  }

  /** Asked once: a class that failed to load gives another, poorer reason the next time. */
  private static final class Cpu {
    static final Optional<String> FAILURE =
        failure("native CPU library", "dev.fovea.binding.CpuLibrary");
  }

  private static final class Cuda {
    static final Optional<String> FAILURE =
        cpuFailure()
            .or(() -> failure("native CUDA library", "dev.fovea.binding.cuda.CudaLibrary"))
            .or(NativeLibrary::deviceFailure)
            // Last: without a driver these classes do not load either, and say less.
            .or(() -> failure("cuBLAS", "org.bytedeco.cuda.global.cublas"));
  }

  private static Optional<String> deviceFailure() {
    int[] count = new int[1];
    int status = CudaLibrary.foveaDeviceCount(count);
    if (status != 0) {
      return Optional.of("CUDA devices cannot be counted: " + CudaLibrary.foveaLastError());
    }
    return count[0] > 0
        ? Optional.empty()
        : Optional.of("no usable CUDA device: " + CudaLibrary.foveaLastError());
  }

  private static Optional<String> failure(String what, String className) {
    try {
      Class.forName(className);
      return Optional.empty();
    } catch (LinkageError | ClassNotFoundException e) {
      return Optional.of(what + " not loaded: " + reason(e));
    }
  }

  /** JavaCPP's own words name every folder it looked into; the loader's are its cause. */
  private static String reason(Throwable failure) {
    if (failure.getCause() != null) {
      failure = failure.getCause();
    }
    String words = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    int folders = words.indexOf(" in java.library.path");
    return folders < 0 ? words : words.substring(0, folders) + " in this build";
  }
}
