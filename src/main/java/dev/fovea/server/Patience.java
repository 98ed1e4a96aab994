package dev.fovea.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * How long a request's texts may wait for being tokenized: until its client has left, or some
 * seconds are over.
 */
public final class Patience {
  private static final Duration OF_REQUESTS = Duration.ofSeconds(4);

  private final BooleanSupplier hasLeft;
  private final long deadlineNanos;
  private final long startNanos = System.nanoTime();

  private Patience(BooleanSupplier hasLeft, long deadlineNanos) {
    this.hasLeft = hasLeft;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Of a request that has just come.
   *
   * @param hasLeft whether its client has left; any thread may ask
   */
  public static Patience ofRequest(BooleanSupplier hasLeft) {
    return new Patience(hasLeft, OF_REQUESTS.toNanos());
  }

  /** Of somebody who has all the time. */
  public static Patience endless() {
    return new Patience(() -> false, Long.MAX_VALUE);
  }

  boolean isOver() {
    return hasLeft.getAsBoolean() || System.nanoTime() - startNanos > deadlineNanos;
  }
}
