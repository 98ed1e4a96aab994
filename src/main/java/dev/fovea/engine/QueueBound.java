package dev.fovea.engine;

import java.time.Duration;
import java.util.Locale;

/**
 * Counts what waits to run for the first time, against its bounds, and how fast it gets to run. Any
 * thread.
 */
final class QueueBound {
  /** What left the queue so long ago counts half. */
  private static final double HALF_LIFE_NANOS = 10e9;

  private final EngineConfig.Queue limits;
  private final NanoClock clock;
  private int numRequests;
  private long numTokens;
  private double recentRequests;
  private double recentTokens;
  private double recentNanos;
  private long lastNanos;

  QueueBound(EngineConfig.Queue limits, NanoClock clock) {
    this.limits = limits;
    this.clock = clock;
    lastNanos = clock.nanos();
  }

  /**
   * Takes places for outputs of one client; the first in an empty queue is never refused.
   *
   * @param promptTokens of all of them
   * @throws RejectedException if there are too few
   */
  synchronized void enter(int outputs, long promptTokens) {
    int tooManyRequests = numRequests + outputs - limits.maxRequests();
    long tooManyTokens = numTokens + promptTokens - limits.maxTokens();
    if (numRequests > 0 && (tooManyRequests > 0 || tooManyTokens > 0)) {
      throw new RejectedException(
          RejectedException.Reason.OVERLOADED,
          String.format(
              Locale.ROOT,
              "the queue is full: %d requests with %d prompt tokens are waiting",
              numRequests,
              numTokens),
          untilRoomFor(tooManyRequests, tooManyTokens));
    }
    if (numRequests == 0) {
      // An empty queue says nothing of how fast it would empty.
      age();
      recentNanos = 0;
      recentRequests = 0;
      recentTokens = 0;
    }
    numRequests += outputs;
    numTokens += promptTokens;
  }

  /** One output has begun to run. */
  synchronized void start(int promptTokens) {
    age();
    recentRequests++;
    recentTokens += promptTokens;
    leave(promptTokens);
  }

  /** One output runs no more or never will. */
  synchronized void leave(int promptTokens) {
    numRequests--;
    numTokens -= promptTokens;
  }

  private Duration untilRoomFor(int requests, long tokens) {
    age();
    double ofRequests = wait(requests, recentRequests);
    double ofTokens = wait(tokens, recentTokens);
    return Duration.ofNanos((long) Math.max(ofRequests, ofTokens));
  }

  /** Where nothing has begun since the queue filled, it takes longer than it has taken so far. */
  private double wait(double tooMany, double recent) {
    if (tooMany <= 0) {
      return 0;
    }
    return recent == 0 ? recentNanos : tooMany / recent * recentNanos;
  }

  /** Lets what is known of the past fade. */
  private void age() {
    long now = clock.nanos();
    double kept = Math.pow(2, (lastNanos - now) / HALF_LIFE_NANOS);
    recentRequests *= kept;
    recentTokens *= kept;
    recentNanos = recentNanos * kept + (now - lastNanos);
    lastNanos = now;
  }
}
