package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;

/**
 * Arguments of {@link Kernels#ropeAppend}.
 *
 * @param qkv {@code [N, (Hq + 2 Hkv) D] f32}: all q heads, then k, then v
 * @param queryNorm RMS norm of each q head over D, or null
 * @param keyNorm RMS norm of each k head over D, or null
 * @param rotary {@code [T, R] f32} with an even R up to D, row p: R/2 cosines then R/2 sines of
 *     position p; null: no rotation. The first R elements of a head turn in pairs (i, i + R/2), the
 *     others pass.
 * @param rows where each token goes
 * @param q {@code [N, Hq, D]} out, in the cache's dtype
 * @param cache of this layer
 */
public record RopeAppend(
    TensorView qkv,
    Norm queryNorm,
    Norm keyNorm,
    TensorView rotary,
    TokenRows rows,
    TensorView q,
    KvLayer cache) {

  /** Of a token whose k and v go nowhere. */
  public static final long NO_SLOT = -1;

  /**
   * @param positions {@code [N] i32} of each token in its sequence
   * @param slots {@code [N] i64}: page * S + slot in the page, or {@link #NO_SLOT}: k and v of the
   *     token go nowhere
   */
  public record TokenRows(TensorView positions, TensorView slots) {}
}
