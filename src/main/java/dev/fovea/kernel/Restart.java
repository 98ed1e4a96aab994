package dev.fovea.kernel;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.NativeLibrary;

/** Begins the process anew, through the native CPU library. */
public final class Restart {
  private Restart() {}

  /**
   * Replaces this process by one that was called the same way, with one environment variable set:
   * the process id and the open files stay, nothing else does.
   *
   * @return only where that is not possible: one line that says why
   */
  public static String with(String name, String value) {
    return NativeLibrary.cpuFailure()
        .orElseGet(
            () -> {
              CpuLibrary.foveaRestart(name, value);
              return CpuLibrary.foveaLastError();
            });
  }
}
