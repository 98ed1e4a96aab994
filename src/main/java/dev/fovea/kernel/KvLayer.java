package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;
import java.util.Locale;

/**
 * Key and value pages of one layer.
 *
 * @param keys {@code [P, Hkv, S, D]} with S = {@link #PAGE_SLOTS}
 * @param values as keys
 */
public record KvLayer(TensorView keys, TensorView values) {
  /** Slots a page, S. */
  public static final int PAGE_SLOTS = 64;

  public KvLayer {
    if (!keys.shape().equals(values.shape()) || keys.dtype() != values.dtype()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "keys and values differ: %s and %s", keys, values));
    }
    if (keys.shape().rank() != 4 || keys.shape().dim(2) != PAGE_SLOTS) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "pages: expected [P, Hkv, %d, D], got %s", PAGE_SLOTS, keys));
    }
  }
}
