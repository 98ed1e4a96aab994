package dev.fovea.server.bench.serve;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this process takes of the processors from now on. */
record ProcessCost(long startNanos, long startProcessorNanos) {

  static ProcessCost start() {
    return new ProcessCost(System.nanoTime(), processorNanos());
  }

  /** Processor seconds a second since the start. */
  double cores() {
    return (double) (processorNanos() - startProcessorNanos) / (System.nanoTime() - startNanos);
  }

  private static long processorNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
