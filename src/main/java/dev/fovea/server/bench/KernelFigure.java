package dev.fovea.server.bench;

import dev.fovea.kernel.KernelsInfo;
import java.util.Map;

/**
 * One measured row.
 *
 * @param name of the case
 * @param shape in words
 * @param kernel that ran
 * @param ran backend, processor, instruction set and threads, read from the process
 * @param medianSeconds of one call
 * @param runs calls measured
 * @param rate achieved, in {@code unit}
 * @param ceiling mean of the two measurements around the row, in {@code unit}
 * @param unit "GB/s", "GFLOP/s" or "TFLOP/s"
 * @param driftRatio change of the ceilings over the row; above {@link #MAX_DRIFT_RATIO} it is void
 * @param rotatedBytes memory that the inputs rotated over
 * @param peers what others reached, in {@code unit}, by their names; empty unless given
 */
public record KernelFigure(
    String name,
    String shape,
    String kernel,
    KernelsInfo ran,
    double medianSeconds,
    int runs,
    double rate,
    double ceiling,
    String unit,
    double driftRatio,
    long rotatedBytes,
    Map<String, Double> peers) {
  public static final double MAX_DRIFT_RATIO = 0.10;

  /** Share of the ceiling reached. */
  public double ratio() {
    return rate / ceiling;
  }

  public boolean isVoid() {
    return driftRatio > MAX_DRIFT_RATIO;
  }
}
