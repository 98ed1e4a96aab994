package dev.fovea.model;

/**
 * Runs steps of a model: the seam between the engine, which decides, and the device, which
 * computes. A step may be submitted before the one before it has been awaited; tickets are awaited
 * in the order of their submission, each once, by the thread that submitted.
 */
public interface StepRunner extends AutoCloseable {

  /**
   * Enqueues one step over a ragged batch.
   *
   * @throws IllegalArgumentException if the batch is beyond {@link #limits()}
   */
  Ticket submit(Batch batch);

  /** Waits for the step and gives its sampled tokens. */
  Tokens await(Ticket ticket);

  Limits limits();

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
  record Limits(int maxTokens, int maxSequences, int maxContext, int numPages, int vocabulary) {}
}
