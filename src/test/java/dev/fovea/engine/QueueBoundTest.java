package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.fovea.engine.RejectedException.Reason;
import org.junit.jupiter.api.Test;

/** Times in seconds; the clock stands still unless a test moves it. */
class QueueBoundTest {
  private static final double SECOND = 1e9;

  private long now = 1_000_000;
  private final QueueBound queue = new QueueBound(new EngineConfig.Queue(3, 100), () -> now);

  @Test
  void refusedWhatIsBeyondEitherBoundAndNothingOfItIsCounted() {
    queue.enter(2, 20);
    retryAfter(2, 2);
    retryAfter(1, 81);
    queue.enter(1, 80);
    retryAfter(1, 0);
    queue.leave(10);
    queue.enter(1, 10);
    retryAfter(1, 0);
  }

  @Test
  void firstOfAnEmptyQueueIsTakenHoweverLarge() {
    queue.enter(10, 1000);
    retryAfter(1, 1);
    for (int i = 0; i < 10; i++) {
      queue.leave(100);
    }
    queue.enter(1, 1000);
  }

  @Test
  void whereNothingHasBegunItTakesAsLongAgain() {
    queue.enter(3, 3);
    assertThat(retryAfter(1, 1)).isZero();
    pass(2);
    assertThat(retryAfter(1, 1)).isEqualTo(2 * SECOND);
  }

  @Test
  void waitIsWhatIsTooMuchOverTheRateSoFar() {
    queue.enter(3, 60);
    pass(1);
    queue.start(20);
    queue.enter(1, 20);
    assertThat(retryAfter(1, 1)).as("one begins a second").isEqualTo(SECOND);
    queue.start(20);
    queue.enter(1, 20);
    assertThat(retryAfter(2, 1)).as("two begin a second").isEqualTo(SECOND);
    // 61 of 60 + 61 - 100 are too many, and 40 have begun in a second; no place is.
    queue.leave(20);
    assertThat(retryAfter(1, 80)).as("tokens").isEqualTo(20.0 / 40 * SECOND);
    assertThat(retryAfter(2, 80)).as("the longer of both").isEqualTo(1.0 / 2 * SECOND);
  }

  @Test
  void pastFadesByHalfInTenSeconds() {
    queue.enter(3, 3);
    pass(1);
    queue.start(1);
    queue.enter(1, 1);
    pass(10);
    // One half begun in half a second of the past and the ten seconds since.
    assertThat(retryAfter(1, 1)).isCloseTo(10.5 / 0.5 * SECOND, within(2.0));
  }

  @Test
  void timeOfAnEmptyQueueDoesNotCount() {
    queue.enter(1, 1);
    pass(1);
    queue.start(1);
    pass(1000);
    queue.enter(3, 3);
    pass(2);
    queue.start(1);
    queue.enter(1, 1);
    assertThat(retryAfter(1, 1)).isEqualTo(2 * SECOND);
  }

  private void pass(double seconds) {
    now += (long) (seconds * SECOND);
  }

  /** Nanos after which a refused client should come again. */
  private double retryAfter(int outputs, long promptTokens) {
    RejectedException refused =
        catchThrowableOfType(RejectedException.class, () -> queue.enter(outputs, promptTokens));
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo(Reason.OVERLOADED);
    return refused.retryAfter().toNanos();
  }
}
