package dev.fovea.engine;

import static dev.fovea.engine.EngineFixture.greedy;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One client with many and long prompts beside others who ask for little. */
class FairShareTest {
  private static final EngineConfig.Queue QUEUE = new EngineConfig.Queue(1000, 1_000_000);
  private static final int MAX_CONTEXT = 4096;

  /** A step of 64 tokens takes 1 ms of the target's 4, or all of it and more. */
  private static final int[] SIZES = {64, 128, 256, 512};

  private final Random tokens = new Random(7);

  @ParameterizedTest
  @CsvSource({"4000, 1", "4000, 2", "500, 1", "500, 2", "0, 2"})
  void newcomerHasItsFirstTokenSoonBesideManyLongPrompts(long targetNanos, int maxInFlight) {
    Drive drive = drive(16, 2000, targetNanos, maxInFlight);
    List<Sequence> large = drive.addTogether(prompts(16, 2000, 100));
    steps(drive, 40);
    for (int length : new int[] {1, 300, 700}) {
      Sequence newcomer = drive.add(greedy(random(length), 5));
      int alone = stepsAlone(targetNanos, length);
      assertThat(stepsToFirstToken(drive, newcomer))
          .as("steps for %d tokens, %d alone", length, alone)
          .isLessThanOrEqualTo(2 * alone + 8 + maxInFlight);
    }
    assertThat(large).noneMatch(each -> each.state() == Sequence.State.FINISHED);
    drive.finish();
    drive.assertAllAsComputedAlone();
  }

  @Test
  void manyShortPromptsOfOneClientTakeTurnsWithAnothers() {
    Drive drive = drive(64, 2000, 4000, 1);
    drive.addTogether(prompts(64, 250, 1));
    steps(drive, 10);
    Sequence newcomer = drive.add(greedy(random(200), 5));
    assertThat(stepsToFirstToken(drive, newcomer)).isLessThanOrEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void clientThatHoldsAllRowsGivesOneUpForEachNewcomerUpToHalf(int maxInFlight) {
    Drive drive = drive(8, 500, 0, maxInFlight);
    List<Sequence> large = drive.add(greedy(random(70), 1000), 8);
    steps(drive, 10);
    assertThat(drive.scheduler.numRunning()).isEqualTo(8);
    for (int i = 0; i < 4; i++) {
      Sequence newcomer = drive.add(greedy(random(10), 500));
      assertThat(stepsToFirstToken(drive, newcomer)).isLessThanOrEqualTo(1 + maxInFlight);
    }
    assertThat(drive.scheduler.numPreemptions()).isEqualTo(4);
    assertThat(large.subList(0, 4)).allMatch(each -> each.state() == Sequence.State.DECODE);
    Sequence fifth = drive.add(greedy(random(10), 500));
    steps(drive, 20);
    assertThat(fifth.state()).as("as on any full engine").isEqualTo(Sequence.State.WAITING);
    drive.finish();
    drive.assertAllAsComputedAlone();
  }

  @Test
  void clientThatHoldsAllPagesGivesSomeUp() {
    Drive drive = drive(8, 64, 0, 1);
    drive.addTogether(prompts(4, 900, 100));
    steps(drive, 10);
    assertThat(drive.scheduler.numRunning()).isEqualTo(4);
    Sequence newcomer = drive.add(greedy(random(600), 5));
    assertThat(stepsToFirstToken(drive, newcomer)).isLessThanOrEqualTo(8);
    assertThat(drive.scheduler.numPreemptions()).isPositive();
    drive.finish();
    drive.assertAllAsComputedAlone();
  }

  @Test
  void whoComesLaterIsServedBeforeALargeClientsNextPrompts() {
    Drive drive = drive(1, 2000, 0, 1);
    List<Sequence> large = drive.addTogether(prompts(5, 1000, 3));
    drive.step();
    List<Sequence> small =
        IntStream.range(0, 3).mapToObj(i -> drive.add(greedy(random(300), 3))).toList();
    List<Sequence> admitted = new ArrayList<>(List.of(large.get(0)));
    while (drive.hasWork()) {
      admitted.addAll(drive.step().admitted());
    }
    assertThat(admitted)
        .as("the second is due when a thousand tokens have been let in beside it")
        .startsWith(large.get(0), small.get(0), small.get(1), small.get(2), large.get(1));
  }

  @Test
  void largeClientIsServedToTheEndHoweverManyComeAfterIt() {
    Drive drive = drive(2, 200, 4000, 1);
    List<Sequence> large = drive.addTogether(prompts(6, 500, 2));
    int newcomers = 0;
    while (large.stream().anyMatch(each -> each.state() != Sequence.State.FINISHED)) {
      while (drive.scheduler.numWaiting() < 8) {
        drive.add(greedy(random(100), 2));
        newcomers++;
      }
      drive.step();
    }
    assertThat(newcomers).as("as many tokens of theirs as of its own, about").isLessThan(100);
    drive.finish();
  }

  @Test
  void clientAloneHasTheWholeEngine() {
    Drive drive = drive(8, 100, 0, 1);
    drive.addTogether(prompts(8, 700, 50));
    steps(drive, 30);
    assertThat(drive.scheduler.numRunning()).isEqualTo(8);
    drive.finish();
    assertThat(drive.scheduler.numPreemptions()).isZero();
  }

  @Test
  void boundHoldsUnderRandomLoad() {
    Seeded.check(random -> randomLoad(random, 100));
  }

  @Test
  @Tag("battery")
  void boundHoldsUnderRandomLoadInManyRounds() {
    Seeded.check(random -> randomLoad(random, 3000));
  }

  /** One large client, and small ones, each after the other. */
  private void randomLoad(Random random, int rounds) {
    for (int round = 0; round < rounds; round++) {
      long target = random.nextInt(4) == 0 ? 0 : 300 + random.nextInt(5000);
      int maxInFlight = 1 + random.nextInt(2);
      int rows = 2 + random.nextInt(15);
      Drive drive = drive(rows, 80 + random.nextInt(400), target, maxInFlight);
      int longest = 100 + random.nextInt(1500);
      drive.addTogether(
          Stream.generate(() -> greedy(random(1 + random.nextInt(longest)), 1 + random.nextInt(80)))
              .limit(1 + random.nextInt(40))
              .toList());
      for (int i = 0; i < 6; i++) {
        steps(drive, random.nextInt(30));
        int length = 1 + random.nextInt(600);
        Sequence newcomer = drive.add(greedy(random(length), 1 + random.nextInt(10)));
        int bound = 2 * stepsAlone(target, length) + 8 + maxInFlight + rows;
        assertThat(stepsToFirstToken(drive, newcomer))
            .as("round %d, %d tokens, %d rows, target %d", round, length, rows, target)
            .isLessThanOrEqualTo(bound);
        while (newcomer.state() != Sequence.State.FINISHED) {
          drive.step();
        }
      }
      drive.finish();
      drive.assertAllAsComputedAlone();
    }
  }

  private static Drive drive(int rows, int pages, long targetNanos, int maxInFlight) {
    PrefillTable table =
        targetNanos == 0
            ? PrefillTable.NONE
            : PrefillTable.inProportion(
                SIZES, new double[] {1000, 2000, 4000, 8000}, 0.0001, targetNanos);
    EngineConfig config = new EngineConfig(512 + rows, 512, rows, QUEUE, Duration.ZERO, true);
    return new Drive(new Drive.Setup(config, MAX_CONTEXT, pages, table, maxInFlight));
  }

  /** Beside a token of somebody else's, so that steps are bounded. */
  private int stepsAlone(long targetNanos, int length) {
    Drive drive = drive(2, 200, targetNanos, 1);
    drive.add(greedy(new int[] {1}, 1000));
    drive.step();
    return stepsToFirstToken(drive, drive.add(greedy(random(length), 1)));
  }

  private static int stepsToFirstToken(Drive drive, Sequence sequence) {
    int steps = 0;
    while (sequence.numTokens() == sequence.numPrompt() && sequence.ending() == null) {
      drive.step();
      steps++;
    }
    return steps;
  }

  private static void steps(Drive drive, int count) {
    for (int i = 0; i < count; i++) {
      drive.step();
    }
  }

  private List<GenerationRequest> prompts(int count, int length, int maxTokens) {
    return Stream.generate(() -> greedy(random(length), maxTokens)).limit(count).toList();
  }

  /** No two alike, so that nothing of them is in the cache. */
  private int[] random(int length) {
    int[] prompt = new int[length];
    Arrays.setAll(prompt, i -> tokens.nextInt(Drive.VOCABULARY));
    return prompt;
  }
}
