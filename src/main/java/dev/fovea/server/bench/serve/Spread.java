package dev.fovea.server.bench.serve;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * How a latency is spread, in milliseconds, with an error of at most a thousandth.
 *
 * @param count of what was measured; with none, all others are 0
 * @param curve for plots
 */
public record Spread(
    long count,
    double mean,
    double p50,
    double p90,
    double p95,
    double p99,
    double max,
    List<Point> curve) {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double[] PERCENTILES = {
    0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92.5, 95, 97.5, 98, 99, 99.5, 99.8, 99.9, 99.95,
    99.99
  };

  /** So much of what was measured took at most so long. */
  public record Point(double percentile, double millis) {}

  /**
   * @param histogram of nanoseconds
   */
  static Spread of(Histogram histogram) {
    List<Point> curve = new ArrayList<>();
    for (double percentile : PERCENTILES) {
      if (histogram.getTotalCount() * (1 - percentile / 100) >= 1) {
        curve.add(new Point(percentile, at(histogram, percentile)));
      }
    }
    return new Spread(
        histogram.getTotalCount(),
        histogram.getTotalCount() == 0 ? 0 : histogram.getMean() / NANOS_PER_MILLI,
        at(histogram, 50),
        at(histogram, 90),
        at(histogram, 95),
        at(histogram, 99),
        histogram.getMaxValue() / NANOS_PER_MILLI,
        curve);
  }

  private static double at(Histogram histogram, double percentile) {
    return histogram.getTotalCount() == 0
        ? 0
        : histogram.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }
}
