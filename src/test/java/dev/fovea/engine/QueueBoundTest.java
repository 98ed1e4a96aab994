package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.fovea.engine.RejectedException.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Times in seconds; the clock stands still unless a test moves it. */
class QueueBoundTest {
  private static final double SECOND = 1e9;

  private long now = 1_000_000;
  private final QueueBound queue = new QueueBound(new EngineConfig.Queue(3, 100), () -> now);
  private final List<Party> waiting = new ArrayList<>();

  @Test
  void refusedWhatIsBeyondEitherBoundAndNothingOfItIsCounted() {
    enter(10);
    enter(10);
    retryAfter(2, 2);
    enter(40);
    retryAfter(1, 0);
    queue.leave(waiting.remove(0), 10);
    enter(10);
    retryAfter(1, 0);
  }

  @Test
  void tokensAreBoundedAsRequestsAre() {
    enter(50);
    enter(40);
    retryAfter(1, 11);
    enter(10);
  }

  @Test
  void firstOfAnEmptyQueueIsTakenHoweverLarge() {
    Party large = new Party();
    queue.enter(large, 10, 1000);
    for (int i = 0; i < 10; i++) {
      queue.leave(large, 100);
    }
    queue.enter(new Party(), 1, 1000);
  }

  @Test
  void oneClientLeavesHalfOfTheQueueToOthers() {
    Party large = new Party();
    queue.enter(large, 10, 1000);
    enter(50);
    retryAfter(1, 0);
    for (int i = 0; i < 8; i++) {
      queue.leave(large, 110);
    }
    retryAfter(1, 0);
    queue.leave(large, 110);
    enter(10);
    retryAfter(1, 1);
    queue.leave(large, 10);
    enter(40);
  }

  @Test
  void whereNothingHasBegunItTakesAsLongAgain() {
    for (int i = 0; i < 3; i++) {
      enter(1);
    }
    assertThat(retryAfter(1, 1)).isZero();
    pass(2);
    assertThat(retryAfter(1, 1)).isEqualTo(2 * SECOND);
  }

  @Test
  void waitIsWhatIsTooMuchOverTheRateSoFar() {
    for (int i = 0; i < 3; i++) {
      enter(20);
    }
    pass(1);
    start(20);
    enter(20);
    assertThat(retryAfter(1, 1)).as("one begins a second").isEqualTo(SECOND);
    start(20);
    enter(20);
    assertThat(retryAfter(2, 1)).as("two begin a second").isEqualTo(SECOND);
    // 20 of 40 + 40 + 40 - 100 are too many, and 40 have begun in a second; no place is.
    queue.leave(waiting.remove(0), 20);
    queue.leave(waiting.remove(0), 20);
    enter(60);
    assertThat(retryAfter(1, 50)).as("tokens").isEqualTo(20.0 / 40 * SECOND);
    assertThat(retryAfter(2, 50)).as("the longer of both").isEqualTo(1.0 / 2 * SECOND);
  }

  @Test
  void pastFadesByHalfInTenSeconds() {
    for (int i = 0; i < 3; i++) {
      enter(1);
    }
    pass(1);
    start(1);
    enter(1);
    pass(10);
    // One half begun in half a second of the past and the ten seconds since.
    assertThat(retryAfter(1, 1)).isCloseTo(10.5 / 0.5 * SECOND, within(2.0));
  }

  @Test
  void timeOfAnEmptyQueueDoesNotCount() {
    enter(1);
    pass(1);
    start(1);
    pass(1000);
    for (int i = 0; i < 3; i++) {
      enter(1);
    }
    pass(2);
    start(1);
    enter(1);
    assertThat(retryAfter(1, 1)).isEqualTo(2 * SECOND);
  }

  /** A client's with one output. */
  private void enter(long promptTokens) {
    waiting.add(new Party());
    queue.enter(waiting.get(waiting.size() - 1), 1, promptTokens);
  }

  /** The first in line begins. */
  private void start(int promptTokens) {
    queue.start(waiting.remove(0), promptTokens);
  }

  private void pass(double seconds) {
    now += (long) (seconds * SECOND);
  }

  /** Nanos after which a refused client should come again. */
  private double retryAfter(int outputs, long promptTokens) {
    RejectedException refused =
        catchThrowableOfType(
            RejectedException.class, () -> queue.enter(new Party(), outputs, promptTokens));
    assertThat(refused).isNotNull();
    assertThat(refused.reason()).isEqualTo(Reason.OVERLOADED);
    return refused.retryAfter().toNanos();
  }
}
