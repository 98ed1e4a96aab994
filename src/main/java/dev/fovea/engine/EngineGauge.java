package dev.fovea.engine;

/** What the engine thread lets others see of it: load, totals, and its heartbeat. */
final class EngineGauge {
  private final Scheduler scheduler;
  private final NanoClock clock;
  private long numSteps;
  private long promptTokens;
  private long cachedTokens;
  private long lastBeat;
  private long longestStep;
  private boolean isBusy;
  private volatile EngineStatus.Pulse pulse;
  private volatile EngineStatus status;

  EngineGauge(Scheduler scheduler, NanoClock clock) {
    this.scheduler = scheduler;
    this.clock = clock;
    beat(false);
    publish(EngineStatus.Life.RUNNING);
  }

  /** With the latest pulse. Any thread. */
  EngineStatus status() {
    EngineStatus latest = status;
    return new EngineStatus(latest.life(), latest.load(), latest.totals(), pulse);
  }

  /** A step is about to be submitted. */
  void stepSubmitted() {
    if (!isBusy) {
      beat(true);
    }
  }

  /** A step has been awaited: it took as long as since the last sign of life. */
  void stepEnded() {
    numSteps++;
    longestStep = Math.max(longestStep, clock.nanos() - lastBeat);
    beat(true);
  }

  void idle() {
    beat(false);
  }

  void promptComputed(Sequence sequence) {
    promptTokens += sequence.numPrompt();
    cachedTokens += sequence.cachedTokens();
  }

  void publish(EngineStatus.Life life) {
    PagePool pool = scheduler.pool();
    status =
        new EngineStatus(
            life,
            new EngineStatus.Load(
                scheduler.numRunning(),
                scheduler.numWaiting(),
                pool.numPages() - pool.numFree(),
                pool.numCached(),
                pool.numPages()),
            new EngineStatus.Totals(
                numSteps, promptTokens, cachedTokens, 0, scheduler.numPreemptions()),
            pulse);
  }

  private void beat(boolean busy) {
    isBusy = busy;
    lastBeat = clock.nanos();
    pulse = new EngineStatus.Pulse(busy, lastBeat, longestStep);
  }
}
