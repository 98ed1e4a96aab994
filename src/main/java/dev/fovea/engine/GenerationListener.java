package dev.fovea.engine;

/**
 * Receives a request's output, on the engine's delivery thread, in order; must not block. After
 * {@link #onEnd} nothing more is called.
 */
public interface GenerationListener {

  /** New output tokens, stop tokens excluded. */
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

    /** This request failed; {@code message} may be shown to its client. */
    record Failed(String message, Throwable cause) implements Ending {}
  }

  /** Named as in the OpenAI API, in lower case. */
  enum FinishReason {
    STOP,
    LENGTH
  }
}
