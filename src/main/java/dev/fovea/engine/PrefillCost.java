package dev.fovea.engine;

import java.util.Arrays;
import java.util.Locale;

/**
 * What pieces of prompts cost in a step, from a table that is measured once and then never changes:
 * how a prompt is cut must not depend on the clock. Without a target everything fits.
 */
final class PrefillCost {

  /** Everything fits, as nothing costs anything. */
  static final PrefillCost UNBOUNDED =
      new PrefillCost(new int[] {1}, new double[1], new double[1], Long.MAX_VALUE);

  /**
   * Where nobody waits for a token, only newcomers and those who leave wait for the end of a step,
   * and longer pieces use a device better.
   */
  private static final int ALONE = 16;

  private final int[] sizes;
  private final double[] nanos;
  private final double[] contextNanos;
  private final long targetNanos;

  /**
   * @param sizes tokens of a piece, ascending: a longer prompt is cut into pieces of these and of
   *     multiples of the largest
   * @param nanos a step with one piece takes, for each of them, without tokens before it
   * @param contextNanos more for each token before the piece, for each of them: in proportion to
   *     the size only where the size fills the device
   * @param targetNanos what the pieces of a step may take together beside decodes
   */
  PrefillCost(int[] sizes, double[] nanos, double[] contextNanos, long targetNanos) {
    this.sizes = sizes.clone();
    this.nanos = nanos.clone();
    this.contextNanos = contextNanos.clone();
    this.targetNanos = targetNanos;
  }

  /** The pieces of one step. */
  final class Step {
    private long numTokens;
    private double numPairs;
    private double spentOnContext;
    private double budgetNanos = (double) ALONE * targetNanos;

    /** There are sequences in the step that wait for their next token. */
    Step besideDecodes() {
      budgetNanos = targetNanos;
      return this;
    }

    /**
     * The largest piece that fits in beside those before; the first piece of a step is at least the
     * smallest of the sizes, or nothing would ever be computed.
     *
     * @param wanted tokens that are left of the prompt, or that other limits allow
     * @param before tokens of the prompt that are computed already
     * @return 0 if nothing fits
     */
    int fit(int wanted, int before) {
      return fit(wanted, before, budgetNanos);
    }

    /**
     * As {@link #fit}, but as if beside decodes, and only half of the time that is left, or the
     * smallest size if all of it allows that: a prompt that takes more steps must not keep those
     * behind it from their first token.
     */
    int fitHalf(int wanted, int before) {
      double spent = numTokens == 0 ? 0 : at(nanos, numTokens) + spentOnContext;
      int half = fit(wanted, before, spent + (targetNanos - spent) / 2);
      return half > 0 ? half : fit(Math.min(wanted, sizes[0]), before, targetNanos);
    }

    /** Whether a piece fits in beside those before as if beside decodes. */
    boolean isAffordable(int count, int before) {
      return isAffordable(count, before, targetNanos);
    }

    private int fit(int wanted, int before, double limit) {
      if (isAffordable(wanted, before, limit)) {
        return wanted;
      }
      int largest = sizes[sizes.length - 1];
      for (int count = (wanted - 1) / largest * largest; count > largest; count -= largest) {
        if (isAffordable(count, before, limit)) {
          return count;
        }
      }
      for (int i = sizes.length - 1; i >= 0; i--) {
        if (sizes[i] < wanted && isAffordable(sizes[i], before, limit)) {
          return sizes[i];
        }
      }
      return numTokens == 0 ? Math.min(wanted, sizes[0]) : 0;
    }

    void add(int count, int before) {
      spentOnContext = nanosOnContext(count, before);
      numTokens += count;
      numPairs += (double) count * before;
    }

    /**
     * With one more piece: the pieces are computed side by side, so that it is what the longest of
     * them takes, or what all take where they fill the device.
     */
    private double nanosOnContext(int count, int before) {
      long total = numTokens + count;
      double pairs = numPairs + (double) count * before;
      double alone = at(contextNanos, count) * before;
      double together = at(contextNanos, total) * pairs / total;
      return Math.max(spentOnContext, Math.max(alone, together));
    }

    private boolean isAffordable(int count, int before, double limit) {
      return at(nanos, numTokens + count) + nanosOnContext(count, before) <= limit;
    }
  }

  Step newStep() {
    return new Step();
  }

  /**
   * Straight lines between the sizes; before the first no less than it, behind the last as steep.
   */
  private double at(double[] values, long count) {
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
        "sizes %s take %s ns and %s ns a token before, target %d ns",
        Arrays.toString(sizes),
        Arrays.toString(nanos),
        Arrays.toString(contextNanos),
        targetNanos);
  }
}
