package dev.fovea.engine;

/**
 * What an engine was doing at the end of its latest step, cheap to read at any time.
 *
 * @param life whether it serves
 * @param load what it holds now
 * @param totals since it started
 * @param nanos on the engine's clock when this was published; a busy engine that lets it grow old
 *     hangs
 */
public record EngineStatus(Life life, Load load, Totals totals, long nanos) {

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
   * @param usedPages KV pages in use
   * @param numPages KV pages in all
   */
  public record Load(int running, int waiting, int usedPages, int numPages) {}

  /**
   * @param steps run on the device
   * @param promptTokens of all prompts that have been computed
   * @param outputTokens handed to listeners
   * @param preemptions sequences sent back to wait because the pages had run out
   */
  public record Totals(long steps, long promptTokens, long outputTokens, long preemptions) {}

  EngineStatus withOutputTokens(long outputTokens) {
    Totals counted =
        new Totals(totals.steps, totals.promptTokens, outputTokens, totals.preemptions);
    return new EngineStatus(life, load, counted, nanos);
  }
}
