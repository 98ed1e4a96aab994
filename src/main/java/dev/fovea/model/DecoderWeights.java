package dev.fovea.model;

import dev.fovea.kernel.Norm;
import dev.fovea.kernel.Weight;
import java.util.List;

/**
 * A decoder's weights, ready for the kernels.
 *
 * @param embedding {@code [V, E]}
 * @param positions {@code [T, E]}, or null where positions are rotations
 * @param head {@code [V, E]}; the embedding itself where the two are tied
 */
record DecoderWeights(
    Weight embedding, Weight positions, List<Layer> layers, Norm finalNorm, Weight head) {

  /**
   * @param qkv {@code [(Hq + 2 Hkv) D, E]}: queries, then keys, then values
   * @param headNorms {@link HeadNorms#NONE} for most families
   * @param attentionOutput {@code [E, Hq D]}
   */
  record Layer(
      Norm inputNorm,
      Projection qkv,
      HeadNorms headNorms,
      Projection attentionOutput,
      Norm feedForwardNorm,
      FeedForward feedForward) {}

  /**
   * @param bias or null
   */
  record Projection(Weight weight, Weight bias) {}

  /** RMS norms of each query and each key head, {@code [D]}. */
  record HeadNorms(Norm query, Norm key) {
    static final HeadNorms NONE = new HeadNorms(null, null);
  }

  /**
   * @param up {@code [2F, E]}, gate first, or {@code [F, E]} where nothing is gated
   * @param down {@code [E, F]}
   */
  record FeedForward(Projection up, Projection down) {}
}
