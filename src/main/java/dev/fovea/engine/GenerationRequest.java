package dev.fovea.engine;

import dev.fovea.model.SamplingParams;

/**
 * A prompt to continue.
 *
 * @param prompt token ids, at least one, each inside the vocabulary; copied when submitted
 */
public record GenerationRequest(int[] prompt, SamplingParams sampling, StopRules stop) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt: expected at least one token, got none");
    }
  }
}
