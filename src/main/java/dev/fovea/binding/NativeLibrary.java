package dev.fovea.binding;

import java.util.Optional;

/** Whether the native CPU library loads on this machine, as a value rather than an error. */
public final class NativeLibrary {
  private NativeLibrary() {}

  /** Empty when the library is usable, else one line that says why it is not. */
  public static Optional<String> cpuFailure() {
    try {
      Class.forName(CpuLibrary.class.getName());
      return Optional.empty();
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | ClassNotFoundException e) {
      return Optional.of("native CPU library not loaded: " + e.getMessage());
    }
  }
}
