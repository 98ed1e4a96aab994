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
 * @param contexts ascending
 * @param contextNanos for each context and size, more for those tokens before the piece
 */
record PrefillTable(
    int[] sizes, double[] nanos, int[] contexts, double[][] contextNanos, long targetNanos) {
  static final PrefillTable NONE =
      new PrefillTable(new int[0], new double[0], new int[0], new double[0][], Long.MAX_VALUE);

  /** Of a device that takes longer for more, anyhow. */
  static PrefillTable random(Random random) {
    int[] sizes = random.ints(1 + random.nextInt(5), 1, 100).sorted().distinct().toArray();
    int[] contexts = random.ints(random.nextInt(4), 1, 1000).sorted().distinct().toArray();
    double[][] more = new double[contexts.length][];
    for (int i = 0; i < contexts.length; i++) {
      more[i] = ascending(random, sizes.length, 500);
      for (int j = 0; i > 0 && j < sizes.length; j++) {
        more[i][j] += more[i - 1][j];
      }
    }
    return new PrefillTable(
        sizes, ascending(random, sizes.length, 1000), contexts, more, random.nextInt(3000));
  }

  /** Of a device that any piece fills: each pair of a token and one before it takes as long. */
  static PrefillTable inProportion(
      int[] sizes, double[] nanos, double nanosPerPair, long targetNanos) {
    double[] more = Arrays.stream(sizes).mapToDouble(size -> 1000 * size * nanosPerPair).toArray();
    return new PrefillTable(sizes, nanos, new int[] {1000}, new double[][] {more}, targetNanos);
  }

  PrefillTable withTarget(long nanos) {
    return new PrefillTable(sizes, this.nanos, contexts, contextNanos, nanos);
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
        : new PrefillCost(new PieceTimes(sizes, nanos, contexts, contextNanos), targetNanos);
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
      context = Math.max(context, behind(tokens, piece.contextBefore()));
      context = Math.max(context, behind(count, pairs / count));
    }
    double cost = at(nanos, count) + context;
    boolean isSmallest = pieces.size() == 1 && count <= sizes[0];
    double budget = (besideDecodes ? 1.0 : 16.0) * targetNanos;
    assertThat(isSmallest || cost <= budget * (1 + 1e-9))
        .as("%d tokens in %d pieces cost %.1f, %s", count, pieces.size(), cost, this)
        .isTrue();
  }

  /** As between sizes, of contexts; none adds nothing. */
  private double behind(int count, double before) {
    double near = 0;
    double from = 0;
    for (int i = 0; i < contexts.length; i++) {
      double far = at(contextNanos[i], count);
      if (before <= contexts[i] || i == contexts.length - 1) {
        return near + (far - near) * (before - from) / (contexts[i] - from);
      }
      near = far;
      from = contexts[i];
    }
    return 0;
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
    return "%s take %s and behind %s %s more, target %d"
        .formatted(
            Arrays.toString(sizes),
            Arrays.toString(nanos),
            Arrays.toString(contexts),
            Arrays.deepToString(contextNanos),
            targetNanos);
  }
}
