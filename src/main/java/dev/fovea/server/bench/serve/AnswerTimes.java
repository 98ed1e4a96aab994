package dev.fovea.server.bench.serve;

/** How long answers take, by those that were complete so far. */
final class AnswerTimes {
  private double nanos;
  private double tokens;

  /** One is, and took so long. */
  void completed(int outputTokens, long nanos) {
    this.nanos += nanos;
    tokens += outputTokens;
  }

  /** Nanoseconds that one of so many tokens takes; infinite while that is not known. */
  double expected(int outputTokens) {
    return tokens == 0 ? Double.POSITIVE_INFINITY : nanos / tokens * outputTokens;
  }
}
