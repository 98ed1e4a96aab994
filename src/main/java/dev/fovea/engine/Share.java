package dev.fovea.engine;

import dev.fovea.model.MemoryPlan;

/**
 * What one party may hold while others wait: half of the rows and half of the pages, or what one
 * sequence needs.
 */
record Share(int rows, int pages) {
  static Share of(EngineConfig config, PagePool pool) {
    return new Share((config.maxSequences() + 1) / 2, (pool.numPages() + 1) / 2);
  }

  /** Whether one more sequence would be beyond it. */
  boolean isFull(Sequence next) {
    Party party = next.party();
    int pagesThen = party.numPages() + MemoryPlan.pagesFor(next.numTokens());
    return party.numRunning() > 0 && (party.numRunning() >= rows || pagesThen > pages);
  }

  boolean isBeyondRows(Party party) {
    return party.numRunning() > rows;
  }

  boolean isBeyondPages(Party party) {
    return party.numRunning() > 1 && party.numPages() > pages;
  }
}
