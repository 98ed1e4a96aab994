package dev.fovea.engine;

/** Counts what waits to run for the first time, against its bounds. Any thread. */
final class QueueBound {
  private final EngineConfig.Queue limits;
  private int numRequests;
  private long numTokens;

  QueueBound(EngineConfig.Queue limits) {
    this.limits = limits;
  }

  /**
   * Takes a place.
   *
   * @throws RejectedException if there is none
   */
  synchronized void enter(int promptTokens) {
    boolean tooManyTokens = numRequests > 0 && numTokens + promptTokens > limits.maxTokens();
    if (numRequests == limits.maxRequests() || tooManyTokens) {
      throw new RejectedException(
          RejectedException.Reason.OVERLOADED,
          "the queue is full: %d requests with %d prompt tokens are waiting"
              .formatted(numRequests, numTokens));
    }
    numRequests++;
    numTokens += promptTokens;
  }

  synchronized void leave(int promptTokens) {
    numRequests--;
    numTokens -= promptTokens;
  }
}
