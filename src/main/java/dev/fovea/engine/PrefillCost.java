package dev.fovea.engine;

/**
 * What pieces of prompts cost in a step, from a table that is measured once and then never changes:
 * how a prompt is cut must not depend on the clock. Without a target everything fits.
 */
final class PrefillCost {

  /** Everything fits, as nothing costs anything. */
  static final PrefillCost UNBOUNDED =
      new PrefillCost(
          new PieceTimes(new int[] {1}, new double[1], new int[0], new double[0][]),
          Long.MAX_VALUE);

  /**
   * Where nobody waits for a token, only newcomers and those who leave wait for the end of a step,
   * and longer pieces use a device better.
   */
  private static final int ALONE = 16;

  private final PieceTimes times;
  private final long targetNanos;

  /**
   * @param times of pieces, each the only one of a step: a longer prompt is cut into pieces of
   *     multiples of the smallest size, or beyond the largest of multiples of that
   * @param targetNanos what the pieces of a step may take together beside decodes
   */
  PrefillCost(PieceTimes times, long targetNanos) {
    this.times = times;
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
     * smallest size, or nothing would ever be computed.
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
      double spent = numTokens == 0 ? 0 : times.nanos(numTokens) + spentOnContext;
      int half = fit(wanted, before, spent + (targetNanos - spent) / 2);
      return half > 0 ? half : fit(Math.min(wanted, times.smallest()), before, targetNanos);
    }

    /** Whether a piece fits in beside those before as if beside decodes. */
    boolean isAffordable(int count, int before) {
      return isAffordable(count, before, targetNanos);
    }

    private int fit(int wanted, int before, double limit) {
      if (isAffordable(wanted, before, limit)) {
        return wanted;
      }
      int smallest = times.smallest();
      int largest = times.largest();
      int count = wanted > largest ? affordable(largest, (wanted - 1) / largest, before, limit) : 0;
      if (count == 0) {
        int most = Math.min(wanted - 1, largest) / smallest;
        count = affordable(smallest, most, before, limit);
      }
      return count == 0 && numTokens == 0 ? Math.min(wanted, smallest) : count;
    }

    /** The most that fits of up to {@code most} times so many tokens. */
    private int affordable(int unit, int most, int before, double limit) {
      int fits = 0;
      int tooMuch = most + 1;
      while (tooMuch - fits > 1) {
        int middle = (fits + tooMuch) >>> 1;
        if (isAffordable(middle * unit, before, limit)) {
          fits = middle;
        } else {
          tooMuch = middle;
        }
      }
      return fits * unit;
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
      double alone = times.contextNanos(count, before);
      double together = times.contextNanos(total, pairs / total);
      return Math.max(spentOnContext, Math.max(alone, together));
    }

    /** What the pieces take with one more. */
    double nanosWith(int count, int before) {
      return times.nanos(numTokens + count) + nanosOnContext(count, before);
    }

    private boolean isAffordable(int count, int before, double limit) {
      return nanosWith(count, before) <= limit;
    }
  }

  Step newStep() {
    return new Step();
  }

  @Override
  public String toString() {
    return times + ", target " + targetNanos + " ns";
  }
}
