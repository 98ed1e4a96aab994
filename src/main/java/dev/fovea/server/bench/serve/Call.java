package dev.fovea.server.bench.serve;

/**
 * A request as it is sent.
 *
 * @param bytes its head and body
 * @param outputTokens it asks for
 * @param isWhole whether the answer is to come at once, not as a stream of events
 * @param leavesAt share of its answer, in [0, 1), after which the client goes away; {@link #STAYS}
 */
record Call(byte[] bytes, int outputTokens, boolean isWhole, double leavesAt) {
  /** To the answer's end. */
  static final double STAYS = 1;

  boolean isLeaving() {
    return leavesAt < STAYS;
  }

  /** Events after which the client goes away; 0: once the request is sent. */
  int cutAfter() {
    return isLeaving() ? (int) (leavesAt * outputTokens) : Integer.MAX_VALUE;
  }
}
