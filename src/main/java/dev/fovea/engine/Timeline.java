package dev.fovea.engine;

/**
 * How long a request spent in each phase. Written by the engine thread; the delivery thread reads
 * what was written before the publication it has received.
 */
final class Timeline {
  private enum Phase {
    QUEUE,
    PREFILL,
    DECODE
  }

  private final long submitNanos;
  private Phase phase = Phase.QUEUE;
  private long phaseStart;
  private long queueNanos;
  private long prefillNanos;
  private long decodeNanos;
  private int preemptions;

  Timeline(long submitNanos) {
    this.submitNanos = submitNanos;
    phaseStart = submitNanos;
  }

  long submitNanos() {
    return submitNanos;
  }

  boolean isQueued() {
    return phase == Phase.QUEUE;
  }

  boolean isBeforeFirstToken() {
    return phase != Phase.DECODE;
  }

  /** Its first step is about to be submitted. */
  void start(long now) {
    closePhase(now);
    phase = Phase.PREFILL;
  }

  /** Its first token has been drawn. */
  void firstToken(long now) {
    closePhase(now);
    phase = Phase.DECODE;
  }

  void preempted() {
    preemptions++;
  }

  void end(long now) {
    closePhase(now);
  }

  RequestTrace trace(int promptTokens, int cachedTokens, int outputTokens) {
    return new RequestTrace(
        promptTokens,
        cachedTokens,
        outputTokens,
        preemptions,
        queueNanos,
        prefillNanos,
        decodeNanos);
  }

  private void closePhase(long now) {
    long spent = now - phaseStart;
    switch (phase) {
      case QUEUE -> queueNanos = spent;
      case PREFILL -> prefillNanos = spent;
      case DECODE -> decodeNanos = spent;
    }
    phaseStart = now;
  }
}
