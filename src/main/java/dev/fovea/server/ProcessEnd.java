package dev.fovea.server;

import dev.fovea.server.http.Connections;
import dev.fovea.server.http.OpenRequests;
import io.quarkus.arc.DefaultBean;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Ends the process; a test has another opinion. */
public interface ProcessEnd {

  /** Begins the end and returns; blocks for a moment. */
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
    /** What a request takes to come over a connection that was just accepted. */
    private static final Duration ARRIVAL = Duration.ofMillis(50);

    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Connections connections;
    private final OpenRequests openRequests;

    @Inject
    Exit(Connections connections, OpenRequests openRequests) {
      this.connections = connections;
      this.openRequests = openRequests;
    }

    /**
     * The shutdown cuts connections: so nobody new is let in before, and who just came is answered.
     */
    @Override
    public void end(ExitCode code) {
      if (LaunchMode.current() == LaunchMode.NORMAL) {
        connections.refuse();
        LockSupport.parkNanos(ARRIVAL.toNanos());
        openRequests.awaitOpen(PATIENCE);
      }
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
