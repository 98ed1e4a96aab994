package dev.fovea.engine;

/**
 * Receives a request's output, on the engine's delivery thread, in order; must not block, for all
 * requests share that thread. What waits meanwhile comes in one piece. After {@link #onEnd} nothing
 * more is called. A listener that throws ends its own request as failed.
 */
public interface GenerationListener {

  /**
   * Once, before the first tokens.
   *
   * @param cachedTokens of the prompt that were found in the prefix cache
   */
  default void onStart(int cachedTokens) {}

  /** New output tokens, at least one, stop tokens excluded; the array is the listener's own. */
  void onTokens(int[] ids);

  /** Exactly once, last. */
  void onEnd(Ending ending);

  /** How a request ended. */
  sealed interface Ending {

    /**
     * @param reason why
     * @param stopToken the id that ended it, or null
     */
    record Finished(FinishReason reason, Integer stopToken) implements Ending {}

    /** By {@link Generation#cancel()}. */
    record Cancelled() implements Ending {}

    /** The engine was closed before the output was complete. */
    record Closed() implements Ending {}

    /**
     * One of {@link GenerationRequest.Deadlines} has passed.
     *
     * @param deadline which
     */
    record TimedOut(Deadline deadline) implements Ending {}

    /** This request failed; {@code message} may be shown to its client. */
    record Failed(String message, Throwable cause) implements Ending {}
  }

  /** See {@link GenerationRequest.Deadlines}. */
  enum Deadline {
    QUEUE,
    TOTAL
  }

  /** Named as in the OpenAI API, in lower case. */
  enum FinishReason {
    STOP,
    LENGTH
  }
}
