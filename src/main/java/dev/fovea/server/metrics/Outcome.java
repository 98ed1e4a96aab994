package dev.fovea.server.metrics;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import java.util.Locale;

/** How a request ended, as metrics tell it. */
enum Outcome {
  STOP("stop"),
  LENGTH("length"),
  /** Its client went away. */
  CANCELLED("abort"),
  TIMED_OUT("abort"),
  /** The server went down. */
  CLOSED("abort"),
  FAILED("error");

  private final String vllmReason;

  Outcome(String vllmReason) {
    this.vllmReason = vllmReason;
  }

  static Outcome of(Ending ending) {
    if (ending instanceof Ending.Finished finished) {
      return finished.reason() == FinishReason.STOP ? STOP : LENGTH;
    }
    if (ending instanceof Ending.Cancelled) {
      return CANCELLED;
    }
    if (ending instanceof Ending.TimedOut) {
      return TIMED_OUT;
    }
    return ending instanceof Ending.Closed ? CLOSED : FAILED;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** vLLM's {@code finished_reason}. */
  String vllmReason() {
    return vllmReason;
  }
}
