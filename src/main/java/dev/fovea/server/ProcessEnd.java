package dev.fovea.server;

import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Singleton;

/** Ends the process; a test has another opinion. */
public interface ProcessEnd {

  /** Begins the end and returns. */
  void end(ExitCode code);

  /**
   * Leaves it to {@code farewell} to end the process when it is asked to terminate; at most once,
   * on a thread of its own.
   */
  void onTermination(Runnable farewell);

  /** Shuts the application down and exits. */
  @Singleton
  @DefaultBean
  final class Exit implements ProcessEnd {
    @Override
    public void end(ExitCode code) {
      Quarkus.asyncExit(code.code());
    }

    /** Dev mode has its own ways to end. */
    @Override
    public void onTermination(Runnable farewell) {
      if (LaunchMode.current() == LaunchMode.NORMAL) {
        TerminationSignals.handle(farewell);
      }
    }
  }
}
