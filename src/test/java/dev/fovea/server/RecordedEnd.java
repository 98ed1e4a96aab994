package dev.fovea.server;

import jakarta.inject.Singleton;

/** Remembers that the process was to end, and goes on. */
@Singleton
public final class RecordedEnd implements ProcessEnd {
  private volatile ExitCode code;
  private volatile Runnable farewell;

  @Override
  public void end(ExitCode ending) {
    code = ending;
  }

  @Override
  public void onTermination(Runnable task) {
    farewell = task;
  }

  /** Does what a signal does. */
  void terminate() {
    new Thread(farewell, "test-signal").start();
  }

  /** Null while it was not to end. */
  ExitCode code() {
    return code;
  }
}
