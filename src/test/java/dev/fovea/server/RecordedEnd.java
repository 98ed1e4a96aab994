package dev.fovea.server;

import dev.fovea.server.http.OpenRequests;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Remembers that the process was to end, and goes on. */
@Singleton
public final class RecordedEnd implements ProcessEnd {
  private final OpenRequests openRequests;
  private volatile boolean wasEverybodyTold;
  private volatile ExitCode code;
  private volatile Runnable farewell;

  @Inject
  RecordedEnd(OpenRequests openRequests) {
    this.openRequests = openRequests;
  }

  @Override
  public void end(ExitCode ending) {
    wasEverybodyTold = openRequests.awaitOpen(Duration.ZERO);
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

  /** Whether no answer was open when the process was to end. */
  boolean wasEverybodyTold() {
    return wasEverybodyTold;
  }

  /** Null while it was not to end. */
  ExitCode code() {
    return code;
  }
}
