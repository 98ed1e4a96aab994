package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.model.Batch;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a {@link PrefillCost} is made from, and what its steps must keep.
 *
 * @param sizes ascending; empty: there is no bound
 * @param nanos for each of them
 * @param contextNanos for each of them, more for each token before the piece
 */
record PrefillTable(int[] sizes, double[] nanos, double[] contextNanos, long targetNanos) {
  static final PrefillTable NONE =
      new PrefillTable(new int[0], new double[0], new double[0], Long.MAX_VALUE);

  /** Of a device that takes longer for more, anyhow. */
  static PrefillTable random(Random random) {
    int[] sizes = random.ints(1 + random.nextInt(5), 1, 100).sorted().distinct().toArray();
    double mostContext = random.nextBoolean() ? 0 : random.nextInt(10);
    return new PrefillTable(
        sizes,
        ascending(random, sizes.length, 1000),
        ascending(random, sizes.length, mostContext),
        random.nextInt(3000));
  }

  /** For sizes, what is in proportion to them, as of a device that the smallest fills. */
  static double[] inProportion(int[] sizes, double nanosPerPair) {
    return Arrays.stream(sizes).mapToDouble(size -> size * nanosPerPair).toArray();
  }

  private static double[] ascending(Random random, int count, double mostMore) {
    double[] values = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += random.nextDouble() * mostMore;
      values[i] = sum;
    }
    return values;
  }

  PrefillCost cost() {
    return sizes.length == 0
        ? PrefillCost.UNBOUNDED
        : new PrefillCost(sizes, nanos, contextNanos, targetNanos);
  }

  /** Beyond the target there is one piece, of the smallest size at most. */
  void assertKept(List<Batch.Entry> pieces, boolean besideDecodes) {
    if (sizes.length == 0 || pieces.isEmpty()) {
      return;
    }
    int count = 0;
    double pairs = 0;
    double context = 0;
    for (Batch.Entry piece : pieces) {
      int tokens = piece.tokens().count();
      count += tokens;
      pairs += (double) tokens * piece.contextBefore();
      context = Math.max(context, at(contextNanos, tokens) * piece.contextBefore());
      context = Math.max(context, at(contextNanos, count) * (pairs / count));
    }
    double cost = at(nanos, count) + context;
    boolean isSmallest = pieces.size() == 1 && count <= sizes[0];
    double budget = (besideDecodes ? 1.0 : 16.0) * targetNanos;
    assertThat(isSmallest || cost <= budget * (1 + 1e-9))
        .as("%d tokens in %d pieces cost %.1f, %s", count, pieces.size(), cost, this)
        .isTrue();
  }

  /** Between two neighbours in proportion; before the first as it; behind the last on. */
  private double at(double[] values, int count) {
    int last = sizes.length - 1;
    if (count <= sizes[0]) {
      return values[0];
    }
    if (last == 0) {
      return values[0] * count / sizes[0];
    }
    int i = 1;
    while (i < last && sizes[i] < count) {
      i++;
    }
    double share = (double) (count - sizes[i - 1]) / (sizes[i] - sizes[i - 1]);
    return values[i - 1] * (1 - share) + values[i] * share;
  }

  @Override
  public String toString() {
    return "%s take %s and %s a token before, target %d"
        .formatted(
            Arrays.toString(sizes),
            Arrays.toString(nanos),
            Arrays.toString(contextNanos),
            targetNanos);
  }
}
