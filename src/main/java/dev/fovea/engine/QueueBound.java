package dev.fovea.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts what waits to run for the first time, against its bounds, and how fast it gets to run. One
 * party counts half of either bound at most: it alone never fills the queue. Any thread.
 */
final class QueueBound {
  /** What left the queue so long ago counts half. */
  private static final double HALF_LIFE_NANOS = 10e9;

  private final EngineConfig.Queue limits;
  private final NanoClock clock;
  private final Map<Party, Waiting> waiting = new HashMap<>();

  /** What counts of all that wait. */
  private int numRequests;

  private long numTokens;
  private double recentRequests;
  private double recentTokens;
  private double recentNanos;
  private long lastNanos;

  /** What waits of a party. */
  private record Waiting(int outputs, long tokens) {}

  QueueBound(EngineConfig.Queue limits, NanoClock clock) {
    this.limits = limits;
    this.clock = clock;
    lastNanos = clock.nanos();
  }

  /**
   * Takes places for the outputs of a party; the first in an empty queue is never refused.
   *
   * @param promptTokens of all of them
   * @throws RejectedException if there are too few
   */
  synchronized void enter(Party party, int outputs, long promptTokens) {
    Waiting all = new Waiting(outputs, promptTokens);
    int tooManyRequests = numRequests + counted(all.outputs) - limits.maxRequests();
    long tooManyTokens = numTokens + counted(all.tokens) - limits.maxTokens();
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
    count(party, all);
  }

  /** One output has begun to run. */
  synchronized void start(Party party, int promptTokens) {
    age();
    recentRequests++;
    recentTokens += promptTokens;
    leave(party, promptTokens);
  }

  /** One output runs no more or never will. */
  synchronized void leave(Party party, int promptTokens) {
    Waiting before = waiting.get(party);
    count(party, new Waiting(before.outputs - 1, before.tokens - promptTokens));
  }

  /** Puts what waits of a party in the place of what did. */
  private void count(Party party, Waiting now) {
    Waiting before = now.outputs == 0 ? waiting.remove(party) : waiting.put(party, now);
    if (before != null) {
      numRequests -= counted(before.outputs);
      numTokens -= counted(before.tokens);
    }
    numRequests += counted(now.outputs);
    numTokens += counted(now.tokens);
  }

  private int counted(int outputs) {
    return Math.min(outputs, (limits.maxRequests() + 1) / 2);
  }

  private long counted(long tokens) {
    return Math.min(tokens, (limits.maxTokens() + 1) / 2);
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
