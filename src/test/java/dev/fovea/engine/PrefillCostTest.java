package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.model.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefillCostTest {
  private static final int[] SIZES = {64, 128, 256};

  /** 1 µs a step and 10 ns a token. */
  private static final double[] NANOS = {1640, 2280, 3560};

  @Test
  void pieceIsAllThatIsWantedElseTheMostOfTheSmallestSizeThatFits() {
    PrefillCost cost = cost(0, 3000);
    assertThat(cost.newStep().besideDecodes().fit(100, 0)).isEqualTo(100);
    assertThat(cost.newStep().besideDecodes().fit(200, 0)).as("3000 ns").isEqualTo(200);
    assertThat(cost.newStep().besideDecodes().fit(201, 0)).isEqualTo(192);
    assertThat(cost.newStep().besideDecodes().fit(10_000, 0)).isEqualTo(192);
  }

  @Test
  void piecesOfAStepShareItsTime() {
    PrefillCost.Step step = cost(0, 3000).newStep().besideDecodes();
    step.add(128, 0);
    assertThat(step.fit(72, 0)).isEqualTo(72);
    assertThat(step.fit(73, 0)).isEqualTo(64);
    step.add(64, 0);
    assertThat(step.fit(8, 0)).isEqualTo(8);
    assertThat(step.fit(9, 0)).isZero();
  }

  @Test
  void whatIsBehindThePieceCosts() {
    PrefillCost cost = cost(0.01, 3000);
    assertThat(cost.newStep().besideDecodes().fit(1000, 0)).isEqualTo(192);
    assertThat(cost.newStep().besideDecodes().fit(1000, 500)).as("2280 + 640 ns").isEqualTo(128);
    assertThat(cost.newStep().besideDecodes().fit(1000, 600)).as("2280 + 768 ns").isEqualTo(64);
    PrefillCost.Step step = cost.newStep().besideDecodes();
    step.add(64, 1000);
    assertThat(step.fit(64, 100)).as("2280 + 640 + 64 ns").isEqualTo(64);
    assertThat(step.fit(64, 200)).isZero();
  }

  @Test
  void contextsAreJoinedByStraightLinesAndTheLastGoesOn() {
    double[][] more = {{500, 500, 500}, {1000, 2000, 4000}};
    PieceTimes times = new PieceTimes(SIZES, NANOS, new int[] {1000, 5000}, more);
    assertThat(times.contextNanos(64, 0)).isZero();
    assertThat(times.contextNanos(64, 500)).isEqualTo(250);
    assertThat(times.contextNanos(64, 1000)).isEqualTo(500);
    assertThat(times.contextNanos(64, 3000)).isEqualTo(750);
    assertThat(times.contextNanos(96, 5000)).isEqualTo(1500);
    assertThat(times.contextNanos(128, 9000)).as("2000 + as much as from 1000").isEqualTo(3500);
    assertThat(times.contextNanos(512, 5000)).as("4000 + twice what 128 more take").isEqualTo(8000);
    PrefillCost.Step step = new PrefillCost(times, 3640).newStep().besideDecodes();
    assertThat(step.fit(1000, 5000)).as("1640 + 1000, 2280 + 2000").isEqualTo(64);
    assertThat(step.fit(1000, 13_000)).as("1640 + 2000").isEqualTo(64);
    assertThat(step.fit(1000, 1000)).as("2920 + 500, 3560 + 500").isEqualTo(192);
  }

  /** As far as 256 tokens it makes no difference how many walk a context side by side. */
  @Test
  void piecesThatDoNotFillTheDeviceShareTheTimeOfTheLongest() {
    double[][] flat = {{2000, 2000, 2000}};
    PrefillCost cost = new PrefillCost(new PieceTimes(SIZES, NANOS, new int[] {1000}, flat), 4000);
    assertThat(cost.newStep().besideDecodes().fit(1000, 860)).as("2280 + 1720").isEqualTo(128);
    PrefillCost.Step step = cost.newStep().besideDecodes();
    step.add(64, 860);
    assertThat(step.fit(64, 860)).as("the same").isEqualTo(64);
    assertThat(step.fit(64, 861)).as("2280 + 1722").isZero();
    step.add(32, 0);
    assertThat(step.fit(32, 860)).as("the first still takes its time").isEqualTo(32);
    assertThat(step.fit(33, 0)).isZero();
  }

  @Test
  void firstPieceIsAtLeastTheSmallestHoweverLongThatTakes() {
    PrefillCost cost = cost(1, 100);
    assertThat(cost.newStep().besideDecodes().fit(1000, 100_000)).isEqualTo(64);
    assertThat(cost.newStep().besideDecodes().fit(7, 100_000)).isEqualTo(7);
    PrefillCost.Step step = cost.newStep().besideDecodes();
    step.add(7, 0);
    assertThat(step.fit(1, 0)).isZero();
  }

  @Test
  void halfOfTheTimeIsLeftToThoseBehindUnlessThatIsNothing() {
    PrefillCost cost = cost(0, 4600);
    assertThat(cost.newStep().fitHalf(1000, 0)).as("2300 ns").isEqualTo(128);
    PrefillCost.Step step = cost.newStep();
    step.add(128, 0);
    assertThat(step.fitHalf(1000, 0)).as("of 2320 ns").isEqualTo(64);
    step.add(64, 0);
    assertThat(step.fitHalf(1000, 0)).as("2920 + 640 of 3760 ns").isEqualTo(64);
    step.add(64, 0);
    assertThat(step.fitHalf(1000, 0)).as("3560 + 640 of 4600 ns").isEqualTo(64);
    step.add(64, 0);
    assertThat(step.fitHalf(1000, 0)).isZero();
    assertThat(step.fitHalf(40, 0)).as("4200 + 400 ns").isEqualTo(40);
  }

  @Test
  void stepInWhichNobodyWaitsMayTakeSixteenTimesAsLong() {
    PrefillCost cost = cost(0, 1640);
    PrefillCost.Step step = cost.newStep();
    assertThat(step.fit(2524, 0)).as("26,240 ns").isEqualTo(2524);
    assertThat(step.fit(2525, 0)).isEqualTo(9 * 256);
    assertThat(step.besideDecodes().fit(1212, 0)).isEqualTo(64);
  }

  @Test
  void largeTokenCountsGoOnAsSteepAsTheEndOfTheTable() {
    PrefillCost cost = cost(0, 11_000);
    assertThat(cost.newStep().besideDecodes().fit(1000, 0)).as("11 µs").isEqualTo(1000);
    assertThat(cost.newStep().besideDecodes().fit(1001, 0)).isEqualTo(3 * 256);
    assertThat(cost.newStep().besideDecodes().fit(768, 0)).isEqualTo(768);
    PrefillCost single =
        PrefillTable.inProportion(new int[] {64}, new double[] {640}, 0, 2000).cost();
    assertThat(single.newStep().besideDecodes().fit(200, 0)).isEqualTo(200);
    assertThat(single.newStep().besideDecodes().fit(201, 0)).isEqualTo(3 * 64);
  }

  @Test
  void everyStepKeepsItsTargetAndMoreTimeNeverMeansLess() {
    Seeded.check(
        random -> {
          for (int i = 0; i < 2000; i++) {
            PrefillTable table = PrefillTable.random(random);
            PrefillTable longer = table.withTarget(table.targetNanos() + random.nextInt(2000));
            int wanted = 1 + random.nextInt(1000);
            int before = random.nextInt(1000);
            int fits = table.cost().newStep().besideDecodes().fit(wanted, before);
            assertThat(fits).isBetween(Math.min(wanted, table.sizes()[0]), wanted);
            assertThat(longer.cost().newStep().besideDecodes().fit(wanted, before))
                .isGreaterThanOrEqualTo(fits);
            table.assertKept(randomStep(table, random), true);
          }
        });
  }

  @Test
  void withoutTargetEverythingFits() {
    PrefillCost.Step step = PrefillCost.UNBOUNDED.newStep();
    step.add(1_000_000, 1_000_000);
    assertThat(step.fit(1_000_000, 1_000_000)).isEqualTo(1_000_000);
  }

  /** On a device that the smallest piece fills. */
  private static PrefillCost cost(double nanosPerPair, long targetNanos) {
    return PrefillTable.inProportion(SIZES, NANOS, nanosPerPair, targetNanos).cost();
  }

  private static List<Batch.Entry> randomStep(PrefillTable table, Random random) {
    PrefillCost.Step step = table.cost().newStep().besideDecodes();
    List<Batch.Entry> pieces = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int before = random.nextInt(500);
      int count = step.fit(1 + random.nextInt(300), before);
      if (count > 0) {
        step.add(count, before);
        Batch.TokenSlice tokens = new Batch.TokenSlice(new int[count], 0, count);
        pieces.add(new Batch.Entry(tokens, before, new int[0], null));
      }
    }
    return pieces;
  }
}
