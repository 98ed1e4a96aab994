package dev.fovea.model;

/**
 * How the next token of a sequence is drawn from its row of logits: bans, then penalties,
 * temperature, filters, and a draw that is a pure function of {@code params.seed()}, choice and
 * position.
 *
 * @param params as the request asked
 * @param choice which of a request's outputs this is, from 0
 * @param position index of the token in the output
 * @param seen what the penalties count; {@link Seen#NONE} where no penalty applies
 * @param banned ids that must not be drawn (end tokens before min_tokens), maybe empty
 */
public record Draw(SamplingParams params, int choice, long position, Seen seen, int[] banned) {

  private static final int[] NO_IDS = {};

  /** The {@code position}-th token of a request's first output, without penalties or bans. */
  public static Draw of(SamplingParams params, long position) {
    return new Draw(params, 0, position, Seen.NONE, NO_IDS);
  }

  /**
   * Distinct ids of the prompt and the output so far, in the first {@code numIds} places; borrowed
   * until the step has been submitted.
   *
   * @param ids seen in prompt or output
   * @param counts occurrences of each in the output; 0: only in the prompt
   * @param numIds places in use
   */
  public record Seen(int[] ids, int[] counts, int numIds) {
    public static final Seen NONE = new Seen(NO_IDS, NO_IDS, 0);
  }
}
