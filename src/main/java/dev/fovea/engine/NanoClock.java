package dev.fovea.engine;

/** The only source of time below the server: monotonic, so that clock jumps change nothing. */
@FunctionalInterface
public interface NanoClock {
  NanoClock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary moment; only differences mean anything. */
  long nanos();
}
