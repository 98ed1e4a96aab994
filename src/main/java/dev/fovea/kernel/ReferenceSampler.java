package dev.fovea.kernel;

import dev.fovea.kernel.SampleRow.Filters;
import dev.fovea.kernel.SampleRow.Penalties;
import java.util.Arrays;

/**
 * Draws one token from one row of logits, step by step as {@link Kernels#sample} says. Logits are
 * fp32, probabilities and their sums are doubles.
 */
final class ReferenceSampler {
  private static final int NO_TOKEN = -1;

  private ReferenceSampler() {}

  /**
   * The drawn id, or -1 where a logit is NaN or none is finite.
   *
   * @param logits of the row, overwritten
   */
  static int sample(float[] logits, SampleRow row) {
    if (hasNan(logits) || !hasFinite(logits)) {
      return NO_TOKEN;
    }
    for (int id : row.banned()) {
      logits[id] = Float.NEGATIVE_INFINITY;
    }
    penalise(logits, row.penalties());
    if (hasNan(logits)) { // of infinities under extreme penalties
      return NO_TOKEN;
    }
    int largest = argmax(logits);
    if (row.temperature() == 0 || largest == NO_TOKEN) {
      return largest;
    }
    double[] masses = masses(logits, logits[largest], row.temperature());
    filter(logits, masses, row.filters());
    return draw(masses, Philox.uniform(row.noise()));
  }

  private static boolean hasNan(float[] logits) {
    for (float logit : logits) {
      if (Float.isNaN(logit)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasFinite(float[] logits) {
    for (float logit : logits) {
      if (Float.isFinite(logit)) {
        return true;
      }
    }
    return false;
  }

  private static void penalise(float[] logits, Penalties penalties) {
    for (int i = 0; i < penalties.tokens().length; i++) {
      int id = penalties.tokens()[i];
      int count = penalties.counts()[i];
      float logit = logits[id];
      logit = logit > 0 ? logit / penalties.repetition() : logit * penalties.repetition();
      logit -= penalties.frequency() * count;
      if (count > 0) {
        logit -= penalties.presence();
      }
      logits[id] = logit;
    }
  }

  /** The lowest id of the largest logit, or -1 where all are minus infinity. */
  private static int argmax(float[] logits) {
    int best = NO_TOKEN;
    float largest = Float.NEGATIVE_INFINITY;
    for (int id = 0; id < logits.length; id++) {
      if (logits[id] > largest) {
        largest = logits[id];
        best = id;
      }
    }
    return best;
  }

  /** Unnormalised probabilities; the largest logit's is 1. */
  private static double[] masses(float[] logits, float largest, float temperature) {
    double[] masses = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      // The test spares infinity minus infinity.
      double distance = logits[id] == largest ? 0 : (double) logits[id] - largest;
      masses[id] = Math.exp(distance / temperature);
    }
    return masses;
  }

  /** Sets the masses of what the filters drop to zero. */
  private static void filter(float[] logits, double[] masses, Filters filters) {
    boolean hasTopK = filters.topK() > 0 && filters.topK() < masses.length;
    if (hasTopK || filters.topP() < 1) {
      int[] order = descending(logits);
      int kept = hasTopK ? filters.topK() : order.length;
      if (filters.topP() < 1) {
        kept = topP(masses, order, kept, filters.topP());
      }
      for (int i = kept; i < order.length; i++) {
        masses[order[i]] = 0;
      }
    }
    for (int id = 0; id < masses.length; id++) {
      if (masses[id] < filters.minP()) { // of the largest mass, which is 1
        masses[id] = 0;
      }
    }
  }

  /** Length of the shortest prefix of {@code order[0 .. kept]} that holds the share; at least 1. */
  private static int topP(double[] masses, int[] order, int kept, float share) {
    double total = 0;
    for (int i = 0; i < kept; i++) {
      total += masses[order[i]];
    }
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += masses[order[i]];
      if (sum >= share * total) {
        return i + 1;
      }
    }
    return kept;
  }

  /** Ids by falling logit, equal logits by rising id. */
  private static int[] descending(float[] logits) {
    long[] keys = new long[logits.length];
    for (int id = 0; id < keys.length; id++) {
      int bits = Float.floatToRawIntBits(logits[id] + 0f); // makes -0 a +0: they are equal
      int rising = bits ^ (bits >> 31 & 0x7fffffff);
      keys[id] = (long) ~rising << 32 | id;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      order[i] = (int) keys[i];
    }
    return order;
  }

  /** Inverts the cumulative distribution over rising ids. */
  private static int draw(double[] masses, double uniform) {
    double total = 0;
    for (double mass : masses) {
      total += mass;
    }
    double target = uniform * total;
    double sum = 0;
    int last = NO_TOKEN;
    for (int id = 0; id < masses.length; id++) {
      if (masses[id] > 0) {
        sum += masses[id];
        last = id;
        if (sum >= target) {
          return id;
        }
      }
    }
    return last;
  }
}
