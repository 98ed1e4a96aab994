package dev.fovea.kernel;

/**
 * How one row of logits becomes a token: bans, then penalties, temperature, filters, a draw.
 *
 * @param temperature 0: the largest logit, ties to the lower id
 * @param filters after the temperature
 * @param penalties before the temperature
 * @param noise of the draw
 * @param banned ids that must not be drawn (end tokens before min_tokens), maybe empty
 */
public record SampleRow(
    float temperature, Filters filters, Penalties penalties, Noise noise, int[] banned) {

  /** The largest logit, which no noise moves. */
  public static final SampleRow GREEDY =
      new SampleRow(0, Filters.NONE, Penalties.NONE, new Noise(0, 0, 0), new int[0]);

  /**
   * @param topK keep so many; 0: all
   * @param topP keep the smallest set of this probability; 1: all
   * @param minP keep what has at least this share of the largest probability; 0: all
   */
  public record Filters(int topK, float topP, float minP) {
    public static final Filters NONE = new Filters(0, 1, 0);
  }

  /**
   * Penalties over the tokens seen so far.
   *
   * @param repetition divides positive and multiplies negative logits of seen tokens; 1: none
   * @param presence subtracted once for each token of the output
   * @param frequency subtracted for each occurrence in the output
   * @param tokens distinct ids seen in prompt or output; empty where no penalty applies
   * @param counts occurrences of each in the output; 0: only in the prompt
   */
  public record Penalties(
      float repetition, float presence, float frequency, int[] tokens, int[] counts) {
    public static final Penalties NONE = new Penalties(1, 0, 0, new int[0], new int[0]);
  }

  /**
   * The draw is a pure function of these (Philox-4x32-10, Salmon et al. 2011).
   *
   * @param position index of the token in the output
   */
  public record Noise(long seed, int choice, long position) {}
}
