package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Holds each step of a fake device until the test lets it go. */
final class Gate implements FakeStepRunner.Script {
  private final Semaphore arrivals = new Semaphore(0);
  private final Semaphore passes = new Semaphore(0);

  @Override
  public void onAwait(long step) {
    arrivals.release();
    passes.acquireUninterruptibly();
  }

  void awaitArrival() throws InterruptedException {
    assertThat(arrivals.tryAcquire(20, TimeUnit.SECONDS)).as("a step within 20 s").isTrue();
  }

  void open() {
    passes.release();
  }

  void openForGood() {
    passes.release(1_000_000);
  }
}
