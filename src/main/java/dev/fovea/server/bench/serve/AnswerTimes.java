package dev.fovea.server.bench.serve;

/**
 * How long answers take by the tokens that they were asked for: the straight line through those
 * that were complete of late (least squares, older ones forgotten). A client that goes by it leaves
 * a little early rather than late, so that few answers are over before.
 */
final class AnswerTimes {
  private static final double REMEMBERED = 0.98;
  private static final double EARLY = 0.9;

  private double weight;
  private double meanTokens;
  private double meanNanos;
  private double variance;
  private double covariance;

  /** One is, and took so long. */
  void completed(int outputTokens, long nanos) {
    weight = weight * REMEMBERED + 1;
    double tokensOff = outputTokens - meanTokens;
    double nanosOff = nanos - meanNanos;
    double share = 1 / weight;
    meanTokens += share * tokensOff;
    meanNanos += share * nanosOff;
    variance = (1 - share) * (variance + share * tokensOff * tokensOff);
    covariance = (1 - share) * (covariance + share * tokensOff * nanosOff);
  }

  /** Nanoseconds that an answer will take, or a little less; infinite while that is not known. */
  double expectedNanos(int outputTokens) {
    if (weight == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double slope = variance > 0 ? Math.max(0, covariance / variance) : 0;
    // No steeper than through the origin: few answers of about one length are noise.
    double perToken = Math.min(slope, meanNanos / meanTokens);
    return EARLY * (meanNanos + perToken * (outputTokens - meanTokens));
  }
}
