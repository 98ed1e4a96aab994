package dev.fovea.server;

/** How the process ends; documented, because supervisors branch on it. */
public enum ExitCode {
  OK(0),
  /** The command could not do what it was asked. */
  FAILURE(1),
  /** The command line is wrong. */
  USAGE(2),
  /** The configured model cannot be served. */
  MODEL_UNUSABLE(3),
  /** The address to serve at cannot be listened on. */
  ADDRESS_UNUSABLE(4),
  /** The engine died while serving: a fault of the device, of memory or of ours. */
  ENGINE_DEAD(70),
  /** The engine hung while serving: the device did not finish a step. */
  ENGINE_HUNG(71),
  /** A weight file was written to while it was in use. */
  WEIGHTS_CHANGED(72),
  /** The Java heap is exhausted. */
  OUT_OF_MEMORY(73),
  /** It was asked to end and did not within its time: something hangs. */
  HALTED(74);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
