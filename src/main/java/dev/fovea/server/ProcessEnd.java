package dev.fovea.server;

import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Singleton;

/** Ends the process; a test has another opinion. */
public interface ProcessEnd {

  /** Begins the end and returns. */
  void end(ExitCode code);

  /** Shuts the application down and exits. */
  @Singleton
  @DefaultBean
  final class Exit implements ProcessEnd {
    @Override
    public void end(ExitCode code) {
      Quarkus.asyncExit(code.code());
    }
  }
}
