package dev.fovea.server;

import dev.fovea.server.http.Connections;
import dev.fovea.server.http.OpenRequests;
import dev.fovea.server.process.HardEnd;
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

    /** What an end may take beyond what open requests get. */
    private static final Duration LAST = Duration.ofSeconds(5);

    private final FoveaConfig config;
    private final Connections connections;
    private final OpenRequests openRequests;

    @Inject
    Exit(FoveaConfig config, Connections connections, OpenRequests openRequests) {
      this.config = config;
      this.connections = connections;
      this.openRequests = openRequests;
    }

    /**
     * The shutdown cuts connections: so nobody new is let in before, and who just came is answered.
     */
    @Override
    public void end(ExitCode code) {
      if (LaunchMode.current() == LaunchMode.NORMAL) {
        HardEnd.after(LAST, (code == ExitCode.OK ? ExitCode.HALTED : code).code());
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
        Duration allowed = config.shutdownTimeout().plus(LAST);
        TerminationSignals.handle(
            () -> {
              HardEnd.after(allowed, ExitCode.HALTED.code());
              farewell.run();
            });
      }
    }
  }
}
