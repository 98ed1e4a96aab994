package dev.fovea.engine;

import java.util.Arrays;
import java.util.Locale;

/**
 * What a step with one piece of a prompt takes, measured for a few sizes and a few contexts, with
 * straight lines between them.
 *
 * @param sizes tokens of a piece, ascending
 * @param nanos for each size, without tokens before it; ascending
 * @param contexts tokens before a piece, ascending; 0, which adds nothing, is not among them
 * @param contextNanos for each context and each size, what that context adds; ascending both ways,
 *     though not in proportion: a small piece leaves most of a device idle, and a long context may
 *     be walked by more of it than a short one
 */
record PieceTimes(int[] sizes, double[] nanos, int[] contexts, double[][] contextNanos) {

  int smallest() {
    return sizes[0];
  }

  /** Tokens before a piece, the most that were measured. */
  int farthest() {
    return contexts.length == 0 ? 0 : contexts[contexts.length - 1];
  }

  int largest() {
    return sizes[sizes.length - 1];
  }

  /** The sizes from an index on. */
  PieceTimes from(int first) {
    double[][] more = contextNanos.clone();
    Arrays.setAll(more, i -> Arrays.copyOfRange(more[i], first, sizes.length));
    return new PieceTimes(
        Arrays.copyOfRange(sizes, first, sizes.length),
        Arrays.copyOfRange(nanos, first, sizes.length),
        contexts,
        more);
  }

  /** With what a context behind the farthest adds to each size. */
  PieceTimes with(int context, double[] more) {
    int[] farther = Arrays.copyOf(contexts, contexts.length + 1);
    double[][] ofAll = Arrays.copyOf(contextNanos, contexts.length + 1);
    farther[contexts.length] = context;
    ofAll[contexts.length] = more;
    return new PieceTimes(sizes, nanos, farther, ofAll);
  }

  /** Without tokens before the piece. */
  double nanos(long count) {
    return between(sizes, nanos, count);
  }

  /** What so many tokens before it add. */
  double contextNanos(long count, double before) {
    if (contexts.length == 0 || before <= 0) {
      return 0;
    }
    int upper = 0;
    while (upper < contexts.length - 1 && contexts[upper] < before) {
      upper++;
    }
    double far = between(sizes, contextNanos[upper], count);
    double near = upper == 0 ? 0 : between(sizes, contextNanos[upper - 1], count);
    double from = upper == 0 ? 0 : contexts[upper - 1];
    return far + (far - near) * (before - contexts[upper]) / (contexts[upper] - from);
  }

  /** Before the first size no less than it, behind the last as steep. */
  private static double between(int[] sizes, double[] values, long count) {
    int last = sizes.length - 1;
    if (count <= sizes[0]) {
      return values[0];
    }
    int i = Arrays.binarySearch(sizes, (int) Math.min(count, Integer.MAX_VALUE));
    int upper = Math.min(last, i >= 0 ? i : -i - 1);
    if (upper == 0) {
      return values[0] * count / sizes[0];
    }
    int lower = upper - 1;
    double slope = (values[upper] - values[lower]) / (sizes[upper] - sizes[lower]);
    return values[upper] + slope * (count - sizes[upper]);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "sizes %s take %s ns and behind %s tokens %s ns more",
        Arrays.toString(sizes),
        Arrays.toString(nanos),
        Arrays.toString(contexts),
        Arrays.deepToString(contextNanos));
  }
}
