package dev.fovea.server.bench.serve;

/** How a request ended. */
public enum CallOutcome {
  COMPLETED("completed"),
  CANCELLED("cancelled by the client"),
  REFUSED("refused"),
  ERROR_EVENT("ended with an error event"),
  CUT_SHORT("ended too early"),
  UNREACHABLE("could not connect"),
  TIMED_OUT("timed out");

  private final String words;

  CallOutcome(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  boolean isFailure() {
    return this != COMPLETED && this != CANCELLED;
  }
}
