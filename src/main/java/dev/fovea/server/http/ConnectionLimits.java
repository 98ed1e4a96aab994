package dev.fovea.server.http;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fovea.server.FoveaConfig;
import java.lang.management.ManagementFactory;

/**
 * How many connections may be open at a time.
 *
 * @param total from all addresses together
 * @param perAddress from one address
 * @param reserve of each beyond that, for those that probe the server while it is full; as many
 *     again may be about to be closed
 */
record ConnectionLimits(int total, int perAddress, int reserve) {
  private static final int MOST = 10_000;
  private static final int FEWEST = 8;
  private static final int MAX_RESERVE = 64;

  /** Three quarters: a proxy is one address, and one address alone must not take all. */
  private static final double SHARE = 0.75;

  /** What is not set is derived from the descriptors that the process may still open. */
  static ConnectionLimits of(FoveaConfig.Limits limits) {
    return of(limits, freeDescriptors());
  }

  /** Beside both reserves, one is for other files. */
  static ConnectionLimits of(FoveaConfig.Limits limits, long freeDescriptors) {
    int reserve = (int) Math.max(FEWEST, Math.min(MAX_RESERVE, freeDescriptors / 8));
    int fitting = (int) Math.max(FEWEST, Math.min(MOST, freeDescriptors - 3L * reserve));
    int total = Math.max(1, limits.maxConnections().orElse(fitting));
    int perAddress = limits.maxConnectionsPerAddress().orElse((int) Math.ceil(total * SHARE));
    return new ConnectionLimits(total, Math.max(1, Math.min(total, perAddress)), reserve);
  }

  private static long freeDescriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount()
        : MOST;
  }
}
