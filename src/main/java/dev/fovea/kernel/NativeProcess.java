package dev.fovea.kernel;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.NativeLibrary;
import java.util.Optional;

/** What a process cannot do to itself in Java, done by the native CPU library. */
public final class NativeProcess {
  private NativeProcess() {}

  /**
   * Replaces this process by one that was called the same way, with one environment variable set:
   * the process id and the open files stay, nothing else does.
   *
   * @return only where that is not possible: one line that says why
   */
  public static String restartWith(String name, String value) {
    return NativeLibrary.cpuFailure()
        .orElseGet(
            () -> {
              CpuLibrary.foveaRestart(name, value);
              return CpuLibrary.foveaLastError();
            });
  }

  /**
   * From now on the process ends at once when the Java heap is exhausted, whoever would have caught
   * the {@link OutOfMemoryError}.
   *
   * @return one line that says why not, where that is not possible
   */
  public static Optional<String> endOnOutOfMemory(int exitCode) {
    return NativeLibrary.cpuFailure()
        .or(
            () ->
                CpuLibrary.foveaEndOnOutOfMemory(exitCode) == 0
                    ? Optional.empty()
                    : Optional.of(CpuLibrary.foveaLastError()));
  }
}
