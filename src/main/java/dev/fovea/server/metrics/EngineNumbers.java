package dev.fovea.server.metrics;

import dev.fovea.engine.EngineStatus;
import dev.fovea.server.ServedModel;

/**
 * What the served engine says of itself, read when somebody asks; zeros before there is one. Any
 * thread.
 */
final class EngineNumbers {
  private static final EngineStatus.Load IDLE = new EngineStatus.Load(0, 0, 0, 0, 1);
  private static final EngineStatus.Totals NOTHING = new EngineStatus.Totals(0, 0, 0, 0, 0);

  private volatile Observed observed;

  /**
   * @param warmUp what the engine had done before it served
   */
  private record Observed(ServedModel model, EngineStatus.Totals warmUp) {}

  /** From now on the numbers are this model's; what it has done so far was nobody's request. */
  void observe(ServedModel model) {
    observed = new Observed(model, model.engine().status().totals());
  }

  /** Null before there is one. */
  ServedModel model() {
    Observed now = observed;
    return now == null ? null : now.model;
  }

  EngineStatus.Load load() {
    Observed now = observed;
    return now == null ? IDLE : now.model.engine().status().load();
  }

  /** Pages in use, as a part of all; cached ones are free to be used. */
  double kvUsage() {
    EngineStatus.Load load = load();
    return (double) load.usedPages() / load.numPages();
  }

  EngineStatus.Totals totals() {
    Observed now = observed;
    if (now == null) {
      return NOTHING;
    }
    EngineStatus.Totals all = now.model.engine().status().totals();
    return new EngineStatus.Totals(
        all.steps() - now.warmUp.steps(),
        all.promptTokens() - now.warmUp.promptTokens(),
        all.cachedTokens() - now.warmUp.cachedTokens(),
        all.outputTokens() - now.warmUp.outputTokens(),
        all.preemptions() - now.warmUp.preemptions());
  }
}
