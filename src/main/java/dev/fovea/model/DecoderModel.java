package dev.fovea.model;

import dev.fovea.kernel.Attention;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.Norm;
import dev.fovea.kernel.RopeAppend;
import dev.fovea.model.DecoderWeights.FeedForward;
import dev.fovea.model.DecoderWeights.Layer;
import dev.fovea.model.DecoderWeights.Projection;
import dev.fovea.model.Workspace.Slot;
import dev.fovea.tensor.TensorView;

/**
 * The forward pass of every family, top to bottom. The residual stream, and what is added to it or
 * rotated, is fp32; what goes into a matrix product, a nonlinearity or the cache has the model's
 * dtype.
 *
 * <p>One thread at a time: the kernels'.
 */
final class DecoderModel {
  private final ModelConfig config;
  private final DecoderWeights weights;
  private final Kernels kernels;
  private final KvCache cache;
  private final Workspace workspace;
  private final TensorView rotary;

  /**
   * @param rotary {@code [T, R] f32} of {@link RotaryTable}, or null for learned positions
   */
  DecoderModel(
      ModelConfig config,
      DecoderWeights weights,
      Kernels kernels,
      KvCache cache,
      Workspace workspace,
      TensorView rotary) {
    this.config = config;
    this.weights = weights;
    this.kernels = kernels;
    this.cache = cache;
    this.workspace = workspace;
    this.rotary = rotary;
  }

  /**
   * Computes a step: writes the new keys and values, and gives the logits of the wanted rows.
   *
   * @return {@code [R, V] f32} in the workspace, valid until the next step
   */
  TensorView forward(StepInputs in) {
    int n = in.numTokens();
    TensorView residual = workspace.take(Slot.RESIDUAL, n);
    TensorView delta = workspace.take(Slot.DELTA, n);
    kernels.embed(in.tokens(), in.positions(), weights.embedding(), weights.positions(), residual);
    for (int i = 0; i < weights.layers().size(); i++) {
      Layer layer = weights.layers().get(i);
      // The feed-forward of the layer before joins the residual inside this norm's pass.
      TensorView normed = norm(residual, i == 0 ? null : delta, layer.inputNorm());
      attention(layer, i, normed, in, delta);
      normed = norm(residual, delta, layer.feedForwardNorm());
      feedForward(layer.feedForward(), normed, delta);
    }
    return logits(in, residual, delta);
  }

  private TensorView norm(TensorView residual, TensorView delta, Norm norm) {
    TensorView out = workspace.take(Slot.NORMED, residual.shape().dim(0));
    normInto(residual, delta, norm, out);
    return out;
  }

  private void normInto(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    if (config.family().isGpt2Like()) {
      kernels.layerNorm(residual, delta, norm, out);
    } else {
      kernels.rmsNorm(residual, delta, norm, out);
    }
  }

  private void attention(Layer layer, int index, TensorView normed, StepInputs in, TensorView out) {
    int n = in.numTokens();
    HeadLayout heads = config.attention().heads();
    TensorView qkv = workspace.take(Slot.QKV, n);
    TensorView query = workspace.take(Slot.QUERY, n);
    TensorView attended = workspace.take(Slot.ATTENDED, n);
    TensorView queryHeads = query.reshape(n, heads.query(), heads.dim());
    linear(normed, layer.qkv(), qkv);
    kernels.ropeAppend(
        new RopeAppend(
            qkv,
            layer.headNorms().query(),
            layer.headNorms().key(),
            rotary,
            in.tokenRows(),
            queryHeads,
            cache.layer(index)));
    kernels.attention(
        new Attention(
            queryHeads,
            cache.layer(index),
            in.sequences(),
            config.attention().masks().get(index),
            attended.reshape(n, heads.query(), heads.dim())));
    linear(attended, layer.attentionOutput(), out);
  }

  private void feedForward(FeedForward feedForward, TensorView normed, TensorView out) {
    long n = normed.shape().dim(0);
    TensorView up = workspace.take(Slot.UP, n);
    TensorView activated = workspace.take(Slot.ACTIVATED, n);
    linear(normed, feedForward.up(), up);
    boolean isGated = !config.family().isGpt2Like();
    kernels.activation(config.block().activation(), isGated, up, activated);
    linear(activated, feedForward.down(), out);
  }

  /** Final norm and output matrix, for the wanted rows only. */
  private TensorView logits(StepInputs in, TensorView residual, TensorView delta) {
    int rows = in.numRows();
    TensorView logits = workspace.take(Slot.LOGITS, rows);
    if (rows == 0) {
      return logits;
    }
    TensorView rowResidual = workspace.take(Slot.ROW_RESIDUAL, rows);
    TensorView rowDelta = workspace.take(Slot.ROW_DELTA, rows);
    TensorView rowNormed = workspace.take(Slot.ROW_NORMED, rows);
    kernels.gatherRows(residual, in.rows(), rowResidual);
    kernels.gatherRows(delta, in.rows(), rowDelta);
    normInto(rowResidual, rowDelta, weights.finalNorm(), rowNormed);
    kernels.linear(rowNormed, weights.head(), null, logits);
    return logits;
  }

  private void linear(TensorView x, Projection projection, TensorView out) {
    kernels.linear(x, projection.weight(), projection.bias(), out);
  }
}
