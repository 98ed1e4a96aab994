package dev.fovea.kernel;

import dev.fovea.kernel.Attention.Mask;
import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * One case of the attention contract.
 *
 * @param sequences of the ragged batch
 * @param seed of its data
 */
record AttentionShape(
    DType dtype, HeadLayout heads, Mask mask, List<Sequence> sequences, long seed) {

  /** Single rows come first, as in a batch of the engine's. */
  AttentionShape {
    sequences = sequences.stream().sorted(Comparator.comparing(s -> s.rows() != 1)).toList();
  }

  /** A causal one. */
  AttentionShape(DType dtype, HeadLayout heads, int window, List<Sequence> sequences, long seed) {
    this(dtype, heads, Mask.causal(scale(heads), window), sequences, seed);
  }

  /** The same case where every row sees its whole sequence. */
  AttentionShape full() {
    return new AttentionShape(dtype, heads, Mask.full(scale(heads)), sequences, seed);
  }

  /** This causal case, the same with a window, and the same where every row sees all. */
  List<AttentionShape> underEachMask(int window) {
    return List.of(this, new AttentionShape(dtype, heads, window, sequences, seed), full());
  }

  private static float scale(HeadLayout heads) {
    return (float) (1 / Math.sqrt(heads.dim()));
  }

  /** The last {@code rows} of {@code context} positions are computed. */
  record Sequence(int rows, int context) {}

  static final int[] HEAD_DIMS = {64, 80, 96, 128, 256, 8, 40};
  static final int[][] HEADS = {{1, 1}, {4, 4}, {4, 1}, {8, 2}, {8, 1}, {16, 2}, {16, 1}, {6, 2}};
  static final int[] CONTEXTS = {1, 2, 17, 63, 64, 65, 113, 128, 129, 500, 1000, 2049, 4097};
  static final int[] WINDOWS = {0, 0, 0, 1, 63, 64, 65, 1000};
  static final DType[] DTYPES = {DType.BF16, DType.F16, DType.F32};

  /** How many of a sequence's positions are computed: decode, two, a chunk, or all of them. */
  private static final int[] ROWS = {1, 2, 37, 64, 130, Integer.MAX_VALUE};

  /** Multiply-adds of a forward pass, both products. */
  long work() {
    long work = 0;
    for (Sequence sequence : sequences) {
      work += 2L * sequence.rows * sequence.context * heads.query() * heads.dim();
    }
    return work;
  }

  int numTokens() {
    return sequences.stream().mapToInt(Sequence::rows).sum();
  }

  /** A case with everything drawn at random, within a budget of multiply-adds. */
  static AttentionShape random(Random random, long maxWork) {
    while (true) {
      List<Sequence> sequences = new ArrayList<>();
      int count = 1 + random.nextInt(4);
      for (int i = 0; i < count; i++) {
        int context = CONTEXTS[random.nextInt(CONTEXTS.length)];
        sequences.add(new Sequence(Math.min(context, ROWS[random.nextInt(ROWS.length)]), context));
      }
      int[] heads = HEADS[random.nextInt(HEADS.length)];
      AttentionShape shape =
          new AttentionShape(
              DTYPES[random.nextInt(DTYPES.length)],
              new HeadLayout(heads[0], heads[1], HEAD_DIMS[random.nextInt(HEAD_DIMS.length)]),
              WINDOWS[random.nextInt(WINDOWS.length)],
              sequences,
              random.nextLong());
      if (shape.work() <= maxWork) {
        return random.nextInt(3) == 0 ? shape.full() : shape;
      }
    }
  }

  /**
   * The whole cross product of dtype, heads, head dim and mask, each over two ragged batches of all
   * contexts. Their row counts are those of {@code ROWS}, turned by two from dtype to dtype, so
   * that every context meets every row count; what is too heavy for the budget is left out.
   */
  static List<AttentionShape> cross(long maxWork) {
    List<AttentionShape> all = new ArrayList<>();
    for (int turn = 0; turn < ROWS.length; turn++) {
      DType dtype = DTYPES[turn / 2];
      for (int dim : HEAD_DIMS) {
        for (int[] heads : HEADS) {
          HeadLayout layout = new HeadLayout(heads[0], heads[1], dim);
          List<Sequence> sequences = turned(turn, layout, maxWork);
          for (int window : new int[] {0, 1, 63, 64, 65, 1000}) {
            all.add(new AttentionShape(dtype, layout, window, sequences, all.size()));
          }
          all.add(new AttentionShape(dtype, layout, 0, sequences, all.size()).full());
        }
      }
    }
    return all;
  }

  private static List<Sequence> turned(int turn, HeadLayout heads, long maxWork) {
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < CONTEXTS.length; i++) {
      int context = CONTEXTS[i];
      int rows = Math.min(context, ROWS[(i + turn) % ROWS.length]);
      if (2L * rows * context * heads.query() * heads.dim() <= maxWork) {
        sequences.add(new Sequence(rows, context));
      }
    }
    return sequences;
  }
}
