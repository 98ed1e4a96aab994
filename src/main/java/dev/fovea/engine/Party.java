package dev.fovea.engine;

/**
 * The outputs that one client asked for together, and what they have of the engine. Engine thread
 * only, but for its making.
 */
final class Party {
  /** Prompts of fewer pieces are served one after the other: the first need not wait for all. */
  private static final int PIECES_A_LEVEL = 8;

  private long nextTurn;
  private long numPieces;
  private int numWaiting;
  private int numRunning;
  private int numPages;

  /**
   * The turn of its next output: it stands in line as if it came now or, behind others of the
   * party, when as many tokens as theirs have been let in; a moment later, so that who comes just
   * then goes first.
   *
   * @param now tokens that have been let in, over all parties
   */
  long takeTurn(long now, int numTokens) {
    long turn = Math.max(now, nextTurn);
    nextTurn = turn + numTokens + 1;
    return turn;
  }

  /** A step computes one more piece of its prompts. */
  void countPiece() {
    numPieces++;
  }

  /** How much of its prompts has been computed: others that have had less may go before it. */
  long level() {
    return numPieces / PIECES_A_LEVEL;
  }

  void countWaiting(int more) {
    numWaiting += more;
  }

  void countRunning(int more) {
    numRunning += more;
  }

  void countPages(int more) {
    numPages += more;
  }

  int numWaiting() {
    return numWaiting;
  }

  int numRunning() {
    return numRunning;
  }

  /** Of those that run, without what they found in the prefix cache. */
  int numPages() {
    return numPages;
  }
}
