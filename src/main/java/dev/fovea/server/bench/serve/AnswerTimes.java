package dev.fovea.server.bench.serve;

import org.HdrHistogram.Histogram;

/**
 * How long answers take for each of their tokens, by those that were complete so far. Of these the
 * quick ones count, so that few answers are over before somebody who goes by them.
 */
final class AnswerTimes {
  private static final double QUICK_PERCENTILE = 10;

  private final Histogram perToken = new Histogram(1_000, 3_600_000_000_000L, 2);

  /** One is, and took so long. */
  void completed(int outputTokens, long nanos) {
    perToken.recordValue(Math.min(nanos / outputTokens, perToken.getHighestTrackableValue()));
  }

  /** Nanoseconds for each token of a quick one; infinite while that is not known. */
  double quickTokenNanos() {
    return perToken.getTotalCount() == 0
        ? Double.POSITIVE_INFINITY
        : perToken.getValueAtPercentile(QUICK_PERCENTILE);
  }
}
