package dev.fovea.server;

import dev.fovea.engine.EngineObserver;
import org.jboss.logging.Logger;

/** Where the served model comes from. */
public interface ModelSource {

  /**
   * Loads it; takes long.
   *
   * @throws ModelLoadException with one line that says what is wrong
   */
  ServedModel load(FoveaConfig config, EngineObserver observer, Progress progress);

  /** Is told how far the loading is. */
  @FunctionalInterface
  interface Progress {

    /**
     * @param done 0 to 1
     */
    void report(String step, double done);

    /** Says something that whoever starts the model should know, one line; the log has it. */
    default void notice(String line) {
      Logger.getLogger(ModelSource.class).warn(line);
    }
  }
}
