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
 */
record PrefillTable(int[] sizes, long[] nanos, double nanosPerPair, long targetNanos) {
  static final PrefillTable NONE = new PrefillTable(new int[0], new long[0], 0, Long.MAX_VALUE);

  /** Of a device that takes longer for more, anyhow. */
  static PrefillTable random(Random random) {
    int[] sizes = random.ints(1 + random.nextInt(5), 1, 100).sorted().distinct().toArray();
    long[] nanos = new long[sizes.length];
    long sum = 0;
    for (int i = 0; i < sizes.length; i++) {
      sum += random.nextInt(1000);
      nanos[i] = sum;
    }
    double perPair = random.nextBoolean() ? 0 : random.nextDouble() / 10;
    return new PrefillTable(sizes, nanos, perPair, random.nextInt(3000));
  }

  PrefillCost cost() {
    return sizes.length == 0
        ? PrefillCost.UNBOUNDED
        : new PrefillCost(sizes, nanos, nanosPerPair, targetNanos);
  }

  /** Beyond the target there is one piece, of the smallest size at most. */
  void assertKept(List<Batch.Entry> pieces, boolean besideDecodes) {
    if (sizes.length == 0 || pieces.isEmpty()) {
      return;
    }
    int count = 0;
    double pairs = 0;
    for (Batch.Entry piece : pieces) {
      count += piece.tokens().count();
      pairs += (double) piece.tokens().count() * piece.contextBefore();
    }
    double cost = nanosOf(count) + pairs * nanosPerPair;
    boolean isSmallest = pieces.size() == 1 && count <= sizes[0];
    double budget = (besideDecodes ? 1.0 : 16.0) * targetNanos;
    assertThat(isSmallest || cost <= budget * (1 + 1e-9))
        .as("%d tokens in %d pieces cost %.1f, %s", count, pieces.size(), cost, this)
        .isTrue();
  }

  /** Between two neighbours in proportion; before the first as it; behind the last on. */
  double nanosOf(int count) {
    int last = sizes.length - 1;
    if (count <= sizes[0]) {
      return nanos[0];
    }
    if (last == 0) {
      return (double) nanos[0] * count / sizes[0];
    }
    int i = 1;
    while (i < last && sizes[i] < count) {
      i++;
    }
    double share = (double) (count - sizes[i - 1]) / (sizes[i] - sizes[i - 1]);
    return nanos[i - 1] * (1 - share) + nanos[i] * share;
  }

  @Override
  public String toString() {
    return "%s take %s, %.3f a pair, target %d"
        .formatted(Arrays.toString(sizes), Arrays.toString(nanos), nanosPerPair, targetNanos);
  }
}
