package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswerTimesTest {
  private final AnswerTimes times = new AnswerTimes();

  @Test
  void nothingIsExpectedOfAnswersNobodyHasSeen() {
    assertThat(times.expectedNanos(10)).isInfinite();
  }

  @Test
  void answersOfOneLengthTakeWhatTheyTook() {
    times.completed(10, 3000);
    times.completed(10, 5000);
    assertThat(times.expectedNanos(10)).isCloseTo(0.9 * 4000, within(50.0));
    assertThat(times.expectedNanos(999)).as("no slope is known").isCloseTo(3600, within(50.0));
  }

  @Test
  void longerAnswersTakeLongerByTheLineThroughThoseThatWereComplete() {
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      int tokens = 16 + random.nextInt(240);
      times.completed(tokens, 1_000_000 + 5_000L * tokens);
    }
    assertThat(times.expectedNanos(16)).isCloseTo(0.9 * 1_080_000, within(1.0));
    assertThat(times.expectedNanos(256)).isCloseTo(0.9 * 2_280_000, within(1.0));
  }

  @Test
  void longerAnswersNeverTakeLess() {
    times.completed(10, 5000);
    times.completed(20, 3000);
    assertThat(times.expectedNanos(1000)).isEqualTo(times.expectedNanos(1)).isPositive();
  }

  /** Two of about one length: a line through both says that one of 90 tokens takes no time. */
  @Test
  void noAnswerTakesLessThanItsShareOfTheMean() {
    times.completed(100, 1000);
    times.completed(101, 3000);
    assertThat(times.expectedNanos(10)).isBetween(0.9 * 190, 0.9 * 210);
    assertThat(times.expectedNanos(1000)).isLessThan(0.9 * 21_000);
  }

  @Test
  void aServerThatHasBecomeSlowerIsFollowed() {
    for (int i = 0; i < 1000; i++) {
      times.completed(10 + i % 5, i < 700 ? 1000 : 9000);
    }
    assertThat(times.expectedNanos(12)).isCloseTo(0.9 * 9000, within(50.0));
  }
}
