package dev.fovea.server;

import jakarta.inject.Singleton;

/** Remembers that the process was to end, and goes on. */
@Singleton
public final class RecordedEnd implements ProcessEnd {
  private volatile ExitCode code;

  @Override
  public void end(ExitCode ending) {
    code = ending;
  }

  /** Null while it was not to end. */
  ExitCode code() {
    return code;
  }
}
