package dev.fovea.kernel;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.cuda.CudaLibrary;

/** Turns the status of a native call into an exception with the library's own words. */
final class NativeStatus {
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = 1;

  private NativeStatus() {}

  /**
   * @throws IllegalArgumentException if the library refused an argument
   * @throws KernelException for any other failure
   */
  static void check(String operation, int status) {
    if (status != OK) {
      fail(operation, status, CpuLibrary.foveaLastError());
    }
  }

  /** {@link #check} of a call to the CUDA library. */
  static void checkCuda(String operation, int status) {
    if (status != OK) {
      fail(operation, status, CudaLibrary.foveaLastError());
    }
  }

  private static void fail(String operation, int status, String words) {
    String message = operation + ": " + words;
    if (status == INVALID_ARGUMENT) {
      throw new IllegalArgumentException(message);
    }
    throw new KernelException(message);
  }
}
