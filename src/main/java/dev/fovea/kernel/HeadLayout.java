package dev.fovea.kernel;

import java.util.Locale;

/**
 * Heads of an attention layer.
 *
 * @param query heads, Hq: a multiple of {@code kv}
 * @param kv key/value heads, Hkv: equal to Hq is MHA, one is MQA, between is GQA
 * @param dim elements of a head, D
 */
public record HeadLayout(int query, int kv, int dim) {
  public HeadLayout {
    if (query < 1 || kv < 1 || query % kv != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "query heads must be a multiple of KV heads, got %d and %d", query, kv));
    }
    if (dim < 8 || dim > 256 || dim % 8 != 0) {
      throw new IllegalArgumentException("head dim must be a multiple of 8 up to 256, got " + dim);
    }
  }

  /** Query heads that share a KV head. */
  public int group() {
    return query / kv;
  }

  /** Columns of the packed q, k, v projection: {@code (Hq + 2 Hkv) D}. */
  public int packedColumns() {
    return (query + 2 * kv) * dim;
  }
}
