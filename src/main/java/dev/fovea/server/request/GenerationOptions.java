package dev.fovea.server.request;

import dev.fovea.engine.GenerationRequest;
import java.util.List;

/**
 * What a request says about its output. Null where it says nothing and the model or the server
 * decides.
 *
 * @param choices outputs of each prompt
 * @param terms how it is served
 */
public record GenerationOptions(
    int choices, Drawing drawing, Ending ending, GenerationRequest.Terms terms) {

  /** Of one output, on no special terms. */
  public GenerationOptions(Drawing drawing, Ending ending) {
    this(1, drawing, ending, GenerationRequest.Terms.NONE);
  }

  /** Fields of vLLM's and OpenAI's sampling. */
  public record Drawing(
      Float temperature, Integer topK, Float topP, Float minP, Penalties penalties, Long seed) {}

  /** Penalties over seen tokens. */
  public record Penalties(Float repetition, float presence, float frequency) {}

  /**
   * @param maxTokens null: the endpoint's default
   * @param stopStrings none empty
   * @param stopTokenIds not yet checked against the vocabulary
   */
  public record Ending(
      Integer maxTokens,
      int minTokens,
      boolean ignoreEos,
      List<String> stopStrings,
      List<Integer> stopTokenIds) {}
}
