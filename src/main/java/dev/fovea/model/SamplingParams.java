package dev.fovea.model;

/**
 * How a request draws its tokens.
 *
 * @param temperature 0: greedy
 * @param topK keep so many; 0: all
 * @param topP in (0, 1]
 * @param minP in [0, 1]
 * @param penalties over seen tokens
 * @param seed of the noise; equal seeds and prompts give equal outputs, whatever else runs
 */
public record SamplingParams(
    float temperature, int topK, float topP, float minP, Penalties penalties, long seed) {

  public static final SamplingParams GREEDY = new SamplingParams(0, 0, 1, 0, Penalties.NONE, 0);

  public SamplingParams {
    Penalties.require(temperature >= 0 && temperature <= 2, "temperature", "0 to 2", temperature);
    Penalties.require(topK >= 0, "top_k", "0 or more", topK);
    Penalties.require(topP > 0 && topP <= 1, "top_p", "above 0, at most 1", topP);
    Penalties.require(minP >= 0 && minP <= 1, "min_p", "0 to 1", minP);
  }

  /**
   * @param repetition above 0; 1: none
   * @param presence -2 to 2; 0: none
   * @param frequency -2 to 2; 0: none
   */
  public record Penalties(float repetition, float presence, float frequency) {
    public static final Penalties NONE = new Penalties(1, 0, 0);

    public Penalties {
      require(repetition > 0 && repetition <= 1e6f, "repetition_penalty", "above 0", repetition);
      require(presence >= -2 && presence <= 2, "presence_penalty", "-2 to 2", presence);
      require(frequency >= -2 && frequency <= 2, "frequency_penalty", "-2 to 2", frequency);
    }

    /** Whether any changes a logit. */
    public boolean areActive() {
      return repetition != 1 || presence != 0 || frequency != 0;
    }

    /**
     * Here, so that this class needs nothing of the outer one, whose constants need it. NaN fails
     * every comparison, so a condition stated positively refuses it too.
     */
    private static void require(boolean holds, String name, String expected, float got) {
      if (!holds) {
        throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
      }
    }
  }
}
