package dev.fovea.engine;

/** Sees what an engine does, for metrics and for the one death path; must not block. */
public interface EngineObserver {
  EngineObserver NONE = new EngineObserver() {};

  /**
   * On the delivery thread, before the listener's {@link GenerationListener#onEnd}: whoever has
   * been told of an end finds it counted.
   */
  default void onEnd(GenerationListener.Ending ending, RequestTrace trace) {}

  /**
   * The engine has died of {@code cause}: every request is being told, no more are taken, the
   * runner is left as it is because a step may still be in flight. The process should end. Once, on
   * the thread that died.
   */
  default void onDeath(Throwable cause) {}
}
