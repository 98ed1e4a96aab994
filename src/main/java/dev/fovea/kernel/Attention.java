package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;

/**
 * Arguments of {@link Kernels#attention}. Sequence i owns rows {@code queryStart[i] .. queryStart[i
 * + 1]} of q; its row r sits at position {@code contextLength[i] - rows + r} and sees what the mask
 * says. Slots past a sequence's length are never read.
 *
 * @param q {@code [N, Hq, D]} in the cache's dtype
 * @param cache whose new keys and values {@link Kernels#ropeAppend} has already written
 * @param sequences the ragged batch
 * @param mask scale and masking
 * @param out {@code [N, Hq, D]} as q; a row that sees nothing gives zeros
 */
public record Attention(
    TensorView q, KvLayer cache, Sequences sequences, Mask mask, TensorView out) {

  /**
   * @param queryStart {@code [B + 1] i32}
   * @param contextLength {@code [B] i32}, the new tokens included
   * @param tableRow {@code [B] i32}: the row of the page table that lists a sequence's pages
   * @param pageTable {@code [rows, maxPages] i32}
   * @param numGenerated the first so many sequences own one row each, that of a generated token; a
   *     GPU computes those by another kernel, and a row's kind alone decides, so that its bits do
   *     not depend on its batch
   * @param longestPrompt an upper bound of the other sequences' {@code contextLength}, by which a
   *     GPU decides how to share the work out; 0: none is known
   */
  public record Sequences(
      TensorView queryStart,
      TensorView contextLength,
      TensorView tableRow,
      TensorView pageTable,
      int numGenerated,
      int longestPrompt) {

    /** Without a known bound. */
    public Sequences(
        TensorView queryStart,
        TensorView contextLength,
        TensorView tableRow,
        TensorView pageTable,
        int numGenerated) {
      this(queryStart, contextLength, tableRow, pageTable, numGenerated, 0);
    }
  }

  /**
   * @param kind which positions of its sequence a row sees
   * @param scale of q k^T, usually 1 / sqrt(D)
   * @param window the last so many of them alone, the row's own included; 0: all. A full mask has
   *     none
   */
  public record Mask(Kind kind, float scale, int window) {

    /** {@code code} is the native {@code FoveaMaskKind}. */
    public enum Kind {
      /** Those up to its own. */
      CAUSAL(0),
      /** All, as an encoder's. */
      FULL(1);

      private final int code;

      Kind(int code) {
        this.code = code;
      }

      int code() {
        return code;
      }
    }

    public static Mask causal(float scale, int window) {
      return new Mask(Kind.CAUSAL, scale, window);
    }

    public static Mask full(float scale) {
      return new Mask(Kind.FULL, scale, 0);
    }
  }
}
