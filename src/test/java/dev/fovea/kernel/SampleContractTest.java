package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.SampleRow.Filters;
import dev.fovea.kernel.SampleRow.Noise;
import dev.fovea.kernel.SampleRow.Penalties;
import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleContractTest {
  private static final long SEED = 77;
  private static final int RANDOM_ROWS = 3000;
  private static final int[] VOCABULARIES = {2, 7, 64, 1000, 4099};
  private static final int[] NONE = {};

  /** Draws one token for each row of logits. */
  private static int[] sample(Kernels kernels, float[][] logits, List<SampleRow> rows) {
    int vocabulary = logits[0].length;
    TestTensor matrix = TestTensor.poisoned(DType.F32, logits.length, vocabulary);
    for (int r = 0; r < logits.length; r++) {
      matrix.view().rows(r, 1).bytes().asFloatBuffer().put(logits[r]);
    }
    TestTensor tokens = TestTensor.poisoned(DType.I32, logits.length);
    kernels.sample(matrix.on(kernels), rows, tokens.on(kernels));
    kernels.synchronize();
    matrix.assertCanariesAlive("logits");
    tokens.assertCanariesAlive("tokens");
    return tokens.ints();
  }

  private static SampleRow greedy() {
    return new SampleRow(0, Filters.NONE, Penalties.NONE, new Noise(0, 0, 0), NONE);
  }

  private static SampleRow drawn(Filters filters, Noise noise) {
    return new SampleRow(1, filters, Penalties.NONE, noise, NONE);
  }

  @Test
  void agreesWithItsDescriptionOnRandomRows() {
    Random random = new Random(SEED);
    for (int vocabulary : VOCABULARIES) {
      float[][] logits = new float[RANDOM_ROWS / VOCABULARIES.length][];
      List<SampleRow> rows = new ArrayList<>();
      List<SampleOracle> expected = new ArrayList<>();
      for (int r = 0; r < logits.length; r++) {
        logits[r] = randomLogits(random, vocabulary);
        rows.add(randomRow(random, vocabulary));
        expected.add(new SampleOracle(logits[r], rows.get(r)));
      }
      long judged = expected.stream().filter(e -> !e.isAmbiguous).count();
      assertThat(judged).as("rows away from every border").isGreaterThan(logits.length * 9L / 10);
      Backends.onEach(
          kernels -> {
            int[] tokens = sample(kernels, logits, rows);
            for (int r = 0; r < tokens.length; r++) {
              if (!expected.get(r).isAmbiguous) {
                assertThat(tokens[r])
                    .as("V=%d, row %d: %s", vocabulary, r, rows.get(r))
                    .isEqualTo(expected.get(r).token);
              } else if (tokens[r] >= 0) {
                assertThat(tokens[r]).isLessThan(vocabulary);
              }
            }
          });
    }
  }

  private static float[] randomLogits(Random random, int vocabulary) {
    float[] logits = new float[vocabulary];
    boolean hasTies = random.nextInt(3) == 0;
    for (int id = 0; id < vocabulary; id++) {
      float logit = (float) (random.nextGaussian() * 3);
      logits[id] = hasTies ? Math.round(logit * 2) / 2f : logit;
      if (random.nextInt(50) == 0) {
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
    return logits;
  }

  private static SampleRow randomRow(Random random, int vocabulary) {
    Filters filters =
        new Filters(
            random.nextBoolean() ? 0 : 1 + random.nextInt(vocabulary + 3),
            random.nextBoolean() ? 1 : random.nextFloat(),
            random.nextBoolean() ? 0 : random.nextFloat() * 0.3f);
    int[] seen = random.ints(random.nextInt(8), 0, vocabulary).distinct().toArray();
    Penalties penalties =
        random.nextBoolean()
            ? Penalties.NONE
            : new Penalties(
                0.5f + random.nextFloat(),
                random.nextFloat() - 0.5f,
                random.nextFloat() - 0.5f,
                seen,
                random.ints(seen.length, 0, 4).toArray());
    int[] banned =
        random.nextInt(3) > 0 ? NONE : random.ints(3, 0, vocabulary).distinct().toArray();
    float temperature = random.nextInt(4) == 0 ? 0 : 0.2f + 2 * random.nextFloat();
    Noise noise = new Noise(random.nextLong(), random.nextInt(5), random.nextInt(10_000));
    return new SampleRow(temperature, filters, penalties, noise, banned);
  }

  @Test
  void greedyTakesTheLowestIdOfTheLargestLogit() {
    float[][] logits = {
      {1, 5, 5, 5, 0}, {-0f, 0f, -1, -0f, 0}, {-3, -2, Float.NEGATIVE_INFINITY, -2, -9}
    };
    Backends.onEach(
        kernels ->
            assertThat(sample(kernels, logits, List.of(greedy(), greedy(), greedy())))
                .containsExactly(1, 0, 1));
  }

  @Test
  void greedyTiesGoToTheLowerIdFarApartToo() {
    int vocabulary = 50_257;
    Backends.onEach(
        kernels -> {
          for (int first : new int[] {0, 1, 15, 16, 17, 31_999, 50_254}) {
            float[] logits = new float[vocabulary];
            logits[first] = 3;
            logits[first + 1] = 3;
            logits[vocabulary - 1] = 3;
            assertThat(sample(kernels, new float[][] {logits}, List.of(greedy())))
                .containsExactly(first);
          }
        });
  }

  @Test
  void penaltiesComeInTheirOrder() {
    // 4 / 2 - 0.5 * 1 - 0.25 = 1.25; -1 * 2 - 0.5 * 2 - 0.25 = -3.25; 2 / 2 in the prompt only = 1
    Penalties penalties = new Penalties(2, 0.25f, 0.5f, new int[] {0, 1, 2}, new int[] {1, 2, 0});
    SampleRow row = new SampleRow(0, Filters.NONE, penalties, new Noise(0, 0, 0), NONE);
    SampleRow withoutFirst =
        new SampleRow(0, Filters.NONE, penalties, new Noise(0, 0, 0), new int[] {0});
    Backends.onEach(
        kernels -> {
          float[][] logits = {
            {4, -1, 2, 1.24f}, {4, -1, 2, 1.26f}, {4, -1, 2, 0.99f}, {4, -1, -9, -3.26f}
          };
          assertThat(sample(kernels, logits, List.of(row, row, withoutFirst, withoutFirst)))
              .containsExactly(0, 3, 2, 1);
        });
  }

  @Test
  void filtersKeepLowerIdsAmongEqualLogits() {
    float[] flat = new float[100];
    Backends.onEach(
        kernels -> {
          assertThat(support(kernels, flat, new Filters(3, 1, 0))).containsExactly(0, 1, 2);
          assertThat(support(kernels, flat, new Filters(0, 0.045f, 0)))
              .containsExactly(0, 1, 2, 3, 4);
          assertThat(support(kernels, flat, new Filters(8, 0.5f, 0))).containsExactly(0, 1, 2, 3);
          float[] sloped = new float[100];
          for (int id = 0; id < sloped.length; id++) {
            sloped[id] = (float) Math.log(id == 7 ? 1 : id % 2 == 0 ? 0.1 : 0.6);
          }
          assertThat(support(kernels, sloped, new Filters(0, 1, 0.59f))).hasSize(50);
          assertThat(support(kernels, sloped, new Filters(0, 1, 0.61f))).containsExactly(7);
          assertThat(support(kernels, sloped, new Filters(0, 0, 0))).containsExactly(7);
          assertThat(support(kernels, sloped, new Filters(1, 1, 0))).containsExactly(7);
          assertThat(support(kernels, sloped, new Filters(3, 1, 0))).containsExactly(1, 3, 7);
        });
  }

  /** Ids that 2,000 draws give. */
  private static int[] support(Kernels kernels, float[] logits, Filters filters) {
    float[][] rows = new float[2000][];
    Arrays.fill(rows, logits);
    List<SampleRow> parameters =
        IntStream.range(0, rows.length).mapToObj(i -> drawn(filters, new Noise(9, 0, i))).toList();
    return IntStream.of(sample(kernels, rows, parameters)).sorted().distinct().toArray();
  }

  @Test
  void drawsFollowTheProbabilities() {
    float[] logits = {0, 1.5f, -1, 2, 2, 0.5f, -4, 1, 0, 3, 1.25f, -0.5f};
    Filters filters = new Filters(10, 0.98f, 0.02f);
    float temperature = 0.7f;
    Backends.onEach(
        kernels -> {
          long[] counts = count(kernels, logits, temperature, filters);
          assertThat(chiSquare(counts, logits, temperature, filters)).isLessThan(LIMIT_AT_DF_9);
        });
    try (Kernels kernels = new ReferenceKernels()) {
      long[] tooWarm = count(kernels, logits, 0.75f, filters);
      assertThat(chiSquare(tooWarm, logits, temperature, filters))
          .as("chi square of a temperature that is 0.05 off")
          .isGreaterThan(LIMIT_AT_DF_9);
    }
  }

  /** Chi square with nine degrees of freedom exceeds it once in a million. */
  private static final double LIMIT_AT_DF_9 = 44.8;

  private static final int DRAWS = 100_000;

  private static long[] count(Kernels kernels, float[] logits, float temperature, Filters filters) {
    long[] counts = new long[logits.length];
    float[][] same = new float[1000][];
    Arrays.fill(same, logits);
    for (int from = 0; from < DRAWS; from += same.length) {
      List<SampleRow> rows = new ArrayList<>();
      for (int i = 0; i < same.length; i++) {
        Noise noise = new Noise(123, 0, from + i);
        rows.add(new SampleRow(temperature, filters, Penalties.NONE, noise, NONE));
      }
      for (int token : sample(kernels, same, rows)) {
        counts[token]++;
      }
    }
    return counts;
  }

  private static double chiSquare(
      long[] counts, float[] logits, float temperature, Filters filters) {
    SampleRow row = new SampleRow(temperature, filters, Penalties.NONE, new Noise(0, 0, 0), NONE);
    double[] expected = new SampleOracle(logits, row).probabilities;
    double sum = 0;
    for (int id = 0; id < counts.length; id++) {
      double mean = expected[id] * DRAWS;
      if (mean == 0) {
        assertThat(counts[id]).as("draws of id %d, which the filters drop", id).isZero();
      } else {
        sum += (counts[id] - mean) * (counts[id] - mean) / mean;
      }
    }
    return sum;
  }

  @Test
  void badRowsGiveMinusOneAndHarmNoOther() {
    float nan = Float.NaN;
    float low = Float.NEGATIVE_INFINITY;
    float[][] logits = {
      {0, 1, 2}, {0, nan, 2}, {low, low, low}, {nan, nan, nan}, {5, 1, 2}, {low, 1, low}, {3, 2, 1}
    };
    int[] all = {0, 1, 2};
    SampleRow allBanned = new SampleRow(1, Filters.NONE, Penalties.NONE, new Noise(0, 0, 0), all);
    SampleRow nanBanned =
        new SampleRow(1, Filters.NONE, Penalties.NONE, new Noise(0, 0, 0), new int[] {1});
    List<SampleRow> rows =
        List.of(greedy(), nanBanned, greedy(), greedy(), greedy(), greedy(), allBanned);
    List<SampleRow> warm =
        IntStream.range(0, 7)
            .mapToObj(i -> i == 6 ? allBanned : drawn(new Filters(1, 1, 0), new Noise(i, 0, 0)))
            .toList();
    Backends.onEach(
        kernels -> {
          assertThat(sample(kernels, logits, rows)).containsExactly(2, -1, -1, -1, 0, 1, -1);
          assertThat(sample(kernels, logits, warm)).containsExactly(2, -1, -1, -1, 0, 1, -1);
        });
  }

  @Test
  void penaltiesThatMakeNanGiveMinusOne() {
    float low = Float.NEGATIVE_INFINITY;
    Random random = new Random(6);
    List<SampleRow> rows = new ArrayList<>();
    float[][] logits = new float[8][];
    for (int r = 0; r < logits.length; r++) {
      logits[r] = randomLogits(random, 1000);
      logits[r][3] = low;
      float repetition = r == 2 ? 1 : new float[] {0, Float.NaN}[r % 2];
      int[] all = IntStream.range(0, 1000).toArray();
      Penalties penalties = new Penalties(repetition, 0, 0, all, new int[1000]);
      rows.add(new SampleRow(1, new Filters(20, 0.9f, 0), penalties, new Noise(r, 0, 0), NONE));
    }
    Backends.onEach(
        kernels -> {
          int[] tokens = sample(kernels, logits, rows);
          for (int r = 0; r < tokens.length; r++) {
            if (r == 2) {
              assertThat(tokens[r]).isBetween(0, 999);
            } else {
              assertThat(tokens[r]).as("row %d", r).isEqualTo(-1);
            }
          }
        });
  }

  @Test
  void noiseDependsOnSeedChoiceAndPositionAlone() {
    Random random = new Random(5);
    float[] logits = randomLogits(random, 4099);
    Filters wide = new Filters(0, 0.999f, 0);
    Noise noise = new Noise(Long.MIN_VALUE + 12_345, 3, 1L << 40);
    Backends.onEach(
        kernels -> {
          int alone = sample(kernels, new float[][] {logits}, List.of(drawn(wide, noise)))[0];
          for (int at = 0; at < 9; at++) {
            float[][] batch = new float[9][];
            List<SampleRow> rows = new ArrayList<>();
            for (int r = 0; r < 9; r++) {
              batch[r] = r == at ? logits : randomLogits(random, 4099);
              rows.add(r == at ? drawn(wide, noise) : randomRow(random, 4099));
            }
            assertThat(sample(kernels, batch, rows)[at]).as("as row %d", at).isEqualTo(alone);
          }
        });
  }

  @Test
  void seedChoiceAndPositionEachChangeTheDraw() {
    float[] flat = new float[4099];
    Backends.onEach(
        kernels -> {
          List<Noise> noises =
              List.of(
                  new Noise(1, 0, 0),
                  new Noise(2, 0, 0),
                  new Noise(1 + (1L << 32), 0, 0),
                  new Noise(1, 1, 0),
                  new Noise(1, 0, 1),
                  new Noise(1, 0, 1L << 32));
          float[][] rows = new float[noises.size()][];
          Arrays.fill(rows, flat);
          int[] tokens =
              sample(kernels, rows, noises.stream().map(n -> drawn(Filters.NONE, n)).toList());
          assertThat(tokens).doesNotHaveDuplicates();
        });
  }
}
