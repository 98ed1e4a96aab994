package dev.fovea.model;

/**
 * Runs steps of a model: the seam between the engine, which decides, and the device, which
 * computes. Steps run one after the other, in the order of their submission. While fewer than
 * {@link #maxInFlight()} have not been awaited, a step may be submitted before the one before it
 * has been; tickets are awaited in that order, each once, by the thread that submitted.
 */
public interface StepRunner extends AutoCloseable {

  /**
   * Enqueues one step over a ragged batch, of which nothing is read after the return.
   *
   * @throws IllegalArgumentException if the batch is beyond {@link #limits()}
   */
  Ticket submit(Batch batch);

  /** Waits for the step and gives its sampled tokens. */
  Tokens await(Ticket ticket);

  Limits limits();

  /**
   * Steps that may be submitted and not yet awaited: 2 where the device computes beside the caller,
   * so that it finds its next step waiting; 1 where {@link #submit} computes.
   */
  int maxInFlight();

  @Override
  void close();

  /** A submitted step. */
  record Ticket(long step) {}

  /**
   * What the device was prepared for.
   *
   * @param maxTokens packed tokens a step, N
   * @param maxSequences sequences a step, B
   * @param maxContext tokens a sequence, prompt and output together
   * @param numPages KV pages, P
   * @param vocabulary ids are below it
   */
  record Limits(int maxTokens, int maxSequences, int maxContext, int numPages, int vocabulary) {

    /** Tokens that one sequence can have: the context, or all pages if they hold less. */
    public int longestSequence() {
      return (int) Math.min(maxContext, (long) numPages * Batch.PAGE_SLOTS);
    }
  }
}
