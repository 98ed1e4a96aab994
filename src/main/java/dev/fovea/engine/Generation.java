package dev.fovea.engine;

/**
 * A submitted request; any thread may call, also the listener. Whoever ends it first decides how;
 * its pages are free by the end of the step in flight. On the delivery thread no token is handed
 * over after a cut; seen from another thread one call may be on its way.
 */
public interface Generation {

  /**
   * Ends the output at what has been delivered: the client has gone or no longer wants it. The
   * listener then gets {@link GenerationListener.Ending.Cancelled}, or the ending that was decided
   * before; a paused one gets it too.
   */
  void cancel();

  /**
   * Ends the output because a stop string was found; the listener then gets {@link
   * GenerationListener.Ending.Finished} with reason {@code STOP}.
   */
  void stop();

  /**
   * Calls the listener no more until {@link #resume()}, not even at the end: its reader does not
   * keep up. The output waits where it is and costs 4 bytes a token. From the listener's own calls
   * it holds at once, from elsewhere one call may be on its way.
   */
  void pause();

  /** Hands over what has come meanwhile, and goes on. */
  void resume();
}
