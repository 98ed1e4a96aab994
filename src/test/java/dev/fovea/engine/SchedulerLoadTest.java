package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outputs under random load are those that a model without pages, batches and steps in flight
 * gives, however the load was scheduled; {@link Drive} checks the bounds at each step.
 */
class SchedulerLoadTest {
  private static final EngineConfig.Queue QUEUE = new EngineConfig.Queue(1000, 1_000_000);

  @Test
  void outputDoesNotDependOnTheSchedule() {
    Seeded.check(random -> load(random, 100));
  }

  @Test
  @Tag("battery")
  void outputDoesNotDependOnTheScheduleInManyRounds() {
    Seeded.check(random -> load(random, 5000));
  }

  @ParameterizedTest
  @MethodSource("preemptionsAndStepsInFlight")
  void forcedPreemptionsChangeNoToken(int preemptions, int maxInFlight) {
    Seeded.check(random -> preempt(random, preemptions, maxInFlight));
  }

  @ParameterizedTest
  @MethodSource("preemptionsAndStepsInFlight")
  @Tag("battery")
  void forcedPreemptionsChangeNoTokenInManyRounds(int preemptions, int maxInFlight) {
    Seeded.check(
        random -> {
          for (int round = 0; round < 100; round++) {
            preempt(random, preemptions, maxInFlight);
          }
        });
  }

  @ParameterizedTest
  @MethodSource("stepsInFlight")
  void poolOfOneSequenceStillServesAll(int maxInFlight) {
    Seeded.check(
        random -> {
          EngineConfig config = new EngineConfig(128, 64, 8, QUEUE);
          Drive drive = new Drive(new Drive.Setup(config, 512, 8, PrefillTable.NONE, maxInFlight));
          RandomRequests requests = new RandomRequests(random, Drive.VOCABULARY, 300, 400);
          for (int i = 0; i < 40; i++) {
            drive.add(requests.next());
          }
          drive.finish();
          assertThat(drive.scheduler.numPreemptions()).isPositive();
          drive.assertAllAsComputedAlone();
        });
  }

  private static Stream<Arguments> preemptionsAndStepsInFlight() {
    return Stream.of(0, 1, 10, 100)
        .flatMap(count -> stepsInFlight().mapToObj(steps -> Arguments.of(count, steps)));
  }

  private static IntStream stepsInFlight() {
    return IntStream.of(1, 2);
  }

  private static void load(Random random, int rounds) {
    long preemptions = 0;
    long cached = 0;
    for (int round = 0; round < rounds; round++) {
      Drive drive = new Drive(randomSetup(random));
      RandomRequests requests = new RandomRequests(random, Drive.VOCABULARY, 400, 120);
      for (int i = 0; i < 40; i++) {
        GenerationRequest request = random.nextBoolean() ? requests.next() : requests.nextAlike();
        drive.add(request, random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1);
        for (int steps = random.nextInt(6); steps > 0; steps--) {
          drive.step();
        }
      }
      drive.finish();
      drive.assertAllAsComputedAlone();
      drive.assertHitsAreOfTheSameSalt();
      preemptions += drive.scheduler.numPreemptions();
      cached += drive.asked.keySet().stream().mapToInt(Sequence::cachedTokens).sum();
    }
    assertThat(preemptions).as("preemptions").isPositive();
    assertThat(cached).as("cached tokens").isPositive();
  }

  private static Drive.Setup randomSetup(Random random) {
    int maxSequences = 1 + random.nextInt(12);
    int stepTokens = maxSequences + random.nextInt(300);
    EngineConfig config =
        new EngineConfig(
            stepTokens,
            1 + random.nextInt(stepTokens),
            maxSequences,
            QUEUE,
            Duration.ZERO,
            random.nextBoolean());
    PrefillTable table = random.nextBoolean() ? PrefillTable.NONE : PrefillTable.random(random);
    return new Drive.Setup(config, 512, 8 + random.nextInt(30), table, 1 + random.nextInt(2));
  }

  private static void preempt(Random random, int preemptions, int maxInFlight) {
    EngineConfig config = new EngineConfig(256, 96, 16, QUEUE, Duration.ZERO, random.nextBoolean());
    Drive drive = new Drive(new Drive.Setup(config, 1024, 512, PrefillTable.NONE, maxInFlight));
    RandomRequests requests = new RandomRequests(random, Drive.VOCABULARY, 300, 250);
    for (int i = 0; i < 40; i++) {
      drive.add(requests.next(), 1 + i % 3 / 2);
    }
    while (drive.scheduler.numPreemptions() < preemptions) {
      while (drive.scheduler.numWaiting() == 0) {
        drive.add(requests.next(), 2);
      }
      drive.forcePreemption();
    }
    long forced = drive.scheduler.numPreemptions();
    drive.finish();
    assertThat(forced).isBetween((long) preemptions, preemptions * 16L);
    assertThat(drive.scheduler.numPreemptions())
        .as("by itself, of so large a pool")
        .isEqualTo(forced);
    drive.assertAllAsComputedAlone();
    assertThat(drive.asked.keySet().stream().filter(Sequence::mustSeeTokens)).isNotEmpty();
  }
}
