package dev.fovea.engine;

/**
 * What an engine was doing at the end of its latest step, cheap to read at any time.
 *
 * @param life whether it serves
 * @param load what it holds now
 * @param totals since it started
 * @param pulse whether it still moves
 */
public record EngineStatus(Life life, Load load, Totals totals, Pulse pulse) {

  /** Where an engine is in its life. */
  public enum Life {
    RUNNING,
    /** By {@link Engine#close()}. */
    CLOSED,
    /** By an error that no single request can answer for. */
    DEAD
  }

  /**
   * @param running sequences that hold pages
   * @param waiting sequences that wait for pages, preempted ones among them
   * @param usedPages KV pages of running sequences
   * @param cachedPages KV pages that no sequence uses, kept for prompts that begin alike
   * @param numPages KV pages in all
   */
  public record Load(int running, int waiting, int usedPages, int cachedPages, int numPages) {}

  /**
   * @param steps run on the device
   * @param promptTokens of all prompts that have been computed
   * @param cachedTokens of these, found in the prefix cache
   * @param outputTokens handed to listeners
   * @param preemptions sequences sent back to wait because the pages had run out
   */
  public record Totals(
      long steps, long promptTokens, long cachedTokens, long outputTokens, long preemptions) {}

  /**
   * The engine thread's heartbeat. An engine that is busy and lets it grow much older than its
   * longest step hangs.
   *
   * @param isBusy it has work that it must be doing
   * @param nanos on the engine's clock, of the latest sign of life
   * @param longestStepNanos so far
   */
  public record Pulse(boolean isBusy, long nanos, long longestStepNanos) {}

  EngineStatus withOutputTokens(long outputTokens) {
    Totals counted =
        new Totals(
            totals.steps,
            totals.promptTokens,
            totals.cachedTokens,
            outputTokens,
            totals.preemptions);
    return new EngineStatus(life, load, counted, pulse);
  }
}
