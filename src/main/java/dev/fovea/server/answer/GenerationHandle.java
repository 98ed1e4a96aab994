package dev.fovea.server.answer;

import dev.fovea.engine.Generation;

/**
 * A generation that may be ended before its submission has returned: tokens, and a client's leave,
 * can come first.
 */
public final class GenerationHandle implements Generation {
  private Generation generation;
  private boolean cancelled;
  private boolean stopped;

  /** Passes on what has been asked meanwhile. */
  public void attach(Generation submitted) {
    boolean cancel;
    boolean stop;
    synchronized (this) {
      generation = submitted;
      cancel = cancelled;
      stop = stopped;
    }
    if (cancel) {
      submitted.cancel();
    } else if (stop) {
      submitted.stop();
    }
  }

  @Override
  public void cancel() {
    Generation submitted;
    synchronized (this) {
      cancelled = true;
      submitted = generation;
    }
    if (submitted != null) {
      submitted.cancel();
    }
  }

  @Override
  public void stop() {
    Generation submitted;
    synchronized (this) {
      stopped = true;
      submitted = generation;
    }
    if (submitted != null) {
      submitted.stop();
    }
  }
}
