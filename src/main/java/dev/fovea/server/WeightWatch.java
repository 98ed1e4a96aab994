package dev.fovea.server;

import dev.fovea.weights.FileStamp;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Looks once a second whether somebody writes to the files that weights are mapped from: what a
 * model says from then on would be anything. A page that is gone is told by the kernels at once
 * where they are native, and by the system otherwise.
 */
final class WeightWatch implements AutoCloseable {
  private static final long PERIOD_MILLIS = 1000;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread daemon = new Thread(task, "fovea-weight-watch");
            daemon.setDaemon(true);
            return daemon;
          });

  /**
   * @param files to look at; where there are none, weights were copied
   * @param onDamage is told what was done to one of them, once, on the thread of the watch
   */
  void watch(List<FileStamp> files, Consumer<String> onDamage) {
    if (files.isEmpty()) {
      return;
    }
    thread.scheduleAtFixedRate(
        () -> {
          Optional<String> damage =
              files.stream().flatMap(file -> file.damage().stream()).findFirst();
          if (damage.isPresent()) {
            thread.shutdown();
            onDamage.accept(damage.get());
          }
        },
        PERIOD_MILLIS,
        PERIOD_MILLIS,
        TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
