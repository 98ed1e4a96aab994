package dev.fovea.server;

import dev.fovea.engine.EngineStatus.Pulse;
import dev.fovea.engine.NanoClock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at an engine's pulse and says when it hangs: busy, and without a sign of life for longer
 * than the timeout and than {@value #STEPS} times its longest step.
 */
final class Watchdog implements AutoCloseable {
  private static final int STEPS = 5;
  private static final Duration MAX_PERIOD = Duration.ofSeconds(1);
  private static final int LOOKS_PER_TIMEOUT = 4;

  private final Duration timeout;
  private final long periodNanos;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread daemon = new Thread(task, "fovea-watchdog");
            daemon.setDaemon(true);
            return daemon;
          });

  Watchdog(Duration timeout) {
    this.timeout = timeout;
    periodNanos = Math.min(MAX_PERIOD.toNanos(), timeout.toNanos() / LOOKS_PER_TIMEOUT);
  }

  /**
   * Looks from now on, about once a second.
   *
   * @param onHang is told of the silence, once, on the watchdog's thread
   */
  void watch(Supplier<Pulse> pulse, Consumer<Duration> onHang) {
    Look look = new Look(pulse, NanoClock.SYSTEM);
    thread.scheduleAtFixedRate(
        () -> {
          if (look.hangs()) {
            thread.shutdown();
            onHang.accept(Duration.ofNanos(look.silentNanos));
          }
        },
        periodNanos,
        periodNanos,
        TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    thread.shutdown();
  }

  /**
   * Silence is summed over the looks, of which none counts for more than two periods: a process
   * that was frozen must not take its engine for hung when it goes on. For one thread.
   */
  final class Look {
    private final Supplier<Pulse> pulses;
    private final NanoClock clock;
    private long lastLookNanos;
    private long lastBeatNanos;
    private long silentNanos;

    Look(Supplier<Pulse> pulses, NanoClock clock) {
      this.pulses = pulses;
      this.clock = clock;
      lastLookNanos = clock.nanos();
    }

    boolean hangs() {
      Pulse pulse = pulses.get();
      long now = clock.nanos();
      boolean isSilent = pulse.isBusy() && pulse.nanos() == lastBeatNanos;
      silentNanos = isSilent ? silentNanos + Math.min(now - lastLookNanos, 2 * periodNanos) : 0;
      lastLookNanos = now;
      lastBeatNanos = pulse.nanos();
      return silentNanos > Math.max(timeout.toNanos(), STEPS * pulse.longestStepNanos());
    }
  }
}
