package dev.fovea.model;

/** Told by the loading thread how far it is. */
@FunctionalInterface
public interface LoadProgress {

  /** Steps of loading, in order. */
  enum Phase {
    READING_CONFIG,
    CHECKING_WEIGHTS,
    MAPPING_WEIGHTS,
    RESERVING_MEMORY,
    LOADED
  }

  /**
   * @param fraction done of the whole loading, 0 to 1, never falling
   */
  void at(Phase phase, double fraction);

  /** Tells nobody. */
  LoadProgress SILENT = (phase, fraction) -> {};
}
