package dev.fovea.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Sampling by its description, with sorted lists and fp64 throughout. It also says when a row hangs
 * on the last bits of fp32 or of a sum, where another order of the same sums may draw a neighbour.
 */
final class SampleOracle {
  /** Far above the rounding of fp32 penalties and fp64 sums, far below what a wrong rule shifts. */
  private static final double MARGIN = 1e-6;

  /** Probabilities of all ids after the filters; all zero where no token can be drawn. */
  final double[] probabilities;

  /** The id that the row's noise draws, -1 where there is none. */
  final int token;

  /** Whether a border (of a filter or of the draw) lies within the margin. */
  final boolean isAmbiguous;

  private boolean closeCall;

  SampleOracle(float[] logits, SampleRow row) {
    double[] scores = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    boolean usable =
        Arrays.stream(scores).noneMatch(Double::isNaN)
            && Arrays.stream(scores).anyMatch(Double::isFinite);
    Set<Integer> banned = new HashSet<>();
    for (int id : row.banned()) {
      banned.add(id);
    }
    penalise(scores, row.penalties());
    List<Integer> order = new ArrayList<>();
    for (int id = 0; usable && id < scores.length; id++) {
      if (!banned.contains(id) && scores[id] != Double.NEGATIVE_INFINITY) {
        order.add(id);
      }
    }
    order.sort(Comparator.<Integer>comparingDouble(id -> -scores[id]).thenComparingInt(id -> id));
    probabilities = new double[logits.length];
    if (order.isEmpty()) {
      token = -1;
    } else if (row.temperature() == 0) {
      token = order.get(0);
      probabilities[token] = 1;
      noteCloseScores(scores, order, 1);
    } else {
      keep(scores, order, row);
      token = draw(row.noise());
    }
    isAmbiguous = closeCall;
  }

  private static void penalise(double[] scores, SampleRow.Penalties penalties) {
    for (int i = 0; i < penalties.tokens().length; i++) {
      int id = penalties.tokens()[i];
      int count = penalties.counts()[i];
      double factor = penalties.repetition();
      scores[id] = scores[id] > 0 ? scores[id] / factor : scores[id] * factor;
      scores[id] -= (double) penalties.frequency() * count;
      scores[id] -= count > 0 ? penalties.presence() : 0;
    }
  }

  /** Fills the probabilities of what top-k, then top-p, then min-p leave of the ordered ids. */
  private void keep(double[] scores, List<Integer> order, SampleRow row) {
    double best = scores[order.get(0)];
    SampleRow.Filters filters = row.filters();
    int kept = order.size();
    if (filters.topK() > 0 && filters.topK() < kept) {
      kept = filters.topK();
      noteCloseScores(scores, order, kept);
    }
    double[] masses = new double[kept];
    for (int i = 0; i < kept; i++) {
      masses[i] = Math.exp((scores[order.get(i)] - best) / row.temperature());
    }
    if (filters.topP() < 1) {
      kept = shortestPrefix(masses, filters.topP());
    }
    double total = 0;
    for (int i = 0; i < kept; i++) {
      noteClose(filters.minP() == 0 ? 1 : masses[i] - filters.minP());
      if (masses[i] >= filters.minP()) {
        probabilities[order.get(i)] = masses[i];
        total += masses[i];
      }
    }
    for (int id = 0; id < probabilities.length; id++) {
      probabilities[id] /= total;
    }
  }

  private int shortestPrefix(double[] masses, double share) {
    double total = Arrays.stream(masses).sum();
    double sum = 0;
    for (int i = 0; i < masses.length; i++) {
      sum += masses[i];
      noteClose(sum / total - share);
      if (sum >= share * total) {
        return i + 1;
      }
    }
    return masses.length;
  }

  private int draw(SampleRow.Noise noise) {
    double uniform = Philox.uniform(noise); // held to its published answers by its own test
    double sum = 0;
    int last = -1;
    for (int id = 0; id < probabilities.length; id++) {
      if (probabilities[id] > 0) {
        sum += probabilities[id];
        last = id;
        noteClose(sum - uniform);
        if (sum >= uniform) {
          return id;
        }
      }
    }
    return last;
  }

  private void noteClose(double difference) {
    closeCall |= Math.abs(difference) < MARGIN;
  }

  /** Equal scores are no close call (the lower id wins), nearly equal ones are. */
  private void noteCloseScores(double[] scores, List<Integer> order, int border) {
    for (int i = border; i < order.size(); i++) {
      double difference = scores[order.get(border - 1)] - scores[order.get(i)];
      closeCall |= difference > 0 && difference < MARGIN;
    }
  }
}
