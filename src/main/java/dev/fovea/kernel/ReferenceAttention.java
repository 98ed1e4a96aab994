package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@link Kernels#attention} as its definition reads: all scores of a row, their softmax, then the
 * weighted sum of the values. No tiling over keys, no running maximum: what the flash kernels are
 * compared with must not share their idea.
 */
final class ReferenceAttention {
  private static final int SLOTS = KvLayer.PAGE_SLOTS;

  /** Floats of scores that one task may hold. */
  private static final int TASK_SCORES = 1 << 20;

  /** Query rows of a task: they share one decoding of the keys and values. */
  private static final int TASK_ROWS = 32;

  private final Attention args;
  private final HeadLayout heads;
  private final int[] queryStart;
  private final int[] contextLength;
  private final int[] tableRow;
  private final IntBuffer pageTable;
  private final int maxPages;

  ReferenceAttention(Attention args, HeadLayout heads) {
    this.args = args;
    this.heads = heads;
    queryStart = Elements.ints(args.sequences().queryStart());
    contextLength = Elements.ints(args.sequences().contextLength());
    tableRow = Elements.ints(args.sequences().tableRow());
    pageTable = args.sequences().pageTable().bytes().asIntBuffer();
    maxPages = Math.toIntExact(args.sequences().pageTable().shape().dim(1));
    checkSequences();
  }

  void run() {
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < contextLength.length; i++) {
      int scoresPerRow = Math.max(1, heads.group() * contextLength[i]);
      int step = Math.max(1, Math.min(TASK_ROWS, TASK_SCORES / scoresPerRow));
      for (int row = queryStart[i]; row < queryStart[i + 1]; row += step) {
        int end = Math.min(row + step, queryStart[i + 1]);
        for (int h = 0; h < heads.kv(); h++) {
          tasks.add(new Task(i, h, row, end));
        }
      }
    }
    tasks.parallelStream().forEach(Task::run);
  }

  /** Rows {@code firstRow .. endRow} of one sequence, for the query heads of one KV head. */
  private final class Task {
    private final int sequence;
    private final int kvHead;
    private final int firstRow;
    private final int endRow;

    /** First position that any row of the task sees, at the start of its page. */
    private final int base;

    /** Positions from {@code base} on that any row of the task sees. */
    private final int span;

    private final float[] pageFloats = new float[SLOTS * heads.dim()];

    Task(int sequence, int kvHead, int firstRow, int endRow) {
      this.sequence = sequence;
      this.kvHead = kvHead;
      this.firstRow = firstRow;
      this.endRow = endRow;
      base = firstPage(sequence, firstRow) * SLOTS;
      span = Math.max(0, lastSeen(endRow - 1) + 1 - base);
    }

    void run() {
      float[] scores = scores();
      float[] out = new float[lines() * heads.dim()];
      double[] sums = new double[lines()];
      for (int line = 0; line < lines(); line++) {
        int last = lastSeen(firstRow + line / heads.group());
        int from = line * span + firstSeen(last) - base;
        sums[line] = exponentiate(scores, from, line * span + last + 1 - base);
      }
      addValues(scores, out);
      for (int line = 0; line < lines(); line++) {
        for (int d = line * heads.dim(); d < (line + 1) * heads.dim(); d++) {
          out[d] = sums[line] == 0 ? 0 : (float) (out[d] / sums[line]);
        }
        Elements.write(args.out(), queryElement(line), heads.dim(), lineOf(out, line));
      }
    }

    /** Pairs of a row and a query head, row by row. */
    private int lines() {
      return (endRow - firstRow) * heads.group();
    }

    private FloatSpan lineOf(float[] values, int line) {
      return new FloatSpan(values, line * heads.dim());
    }

    private long queryElement(int line) {
      int row = firstRow + line / heads.group();
      int head = kvHead * heads.group() + line % heads.group();
      return ((long) row * heads.query() + head) * heads.dim();
    }

    private int lastSeen(int row) {
      return ReferenceAttention.this.lastSeen(sequence, row);
    }

    /** {@code scale * q k^T} as {@code [lines, span]}; what a row does not see is never used. */
    private float[] scores() {
      int dim = heads.dim();
      float[] queries = new float[lines() * dim];
      for (int line = 0; line < lines(); line++) {
        Elements.read(args.q(), queryElement(line), dim, lineOf(queries, line));
      }
      float[] scores = new float[lines() * span];
      float[] transposed = new float[dim * SLOTS];
      float[] products = new float[SLOTS];
      for (int from = 0; from < span; from += SLOTS) {
        int used = Math.min(SLOTS, span - from);
        decodePage(args.cache().keys(), from, used);
        for (int s = 0; s < used; s++) {
          for (int d = 0; d < dim; d++) {
            transposed[d * used + s] = pageFloats[s * dim + d];
          }
        }
        for (int line = 0; line < lines(); line++) {
          Arrays.fill(products, 0);
          new FloatSpan(products, 0)
              .addWeightedRows(lineOf(queries, line), new FloatSpan(transposed, 0), dim, used);
          for (int s = 0; s < used; s++) {
            scores[line * span + from + s] = products[s] * args.mask().scale();
          }
        }
      }
      return scores;
    }

    /** Turns scores into unnormalised weights and gives their sum. */
    private double exponentiate(float[] scores, int from, int to) {
      float largest = Float.NEGATIVE_INFINITY;
      for (int i = from; i < to; i++) {
        largest = Math.max(largest, scores[i]);
      }
      double sum = 0;
      for (int i = from; i < to; i++) {
        scores[i] = (float) Math.exp(scores[i] - largest);
        sum += scores[i];
      }
      return sum;
    }

    private void addValues(float[] weights, float[] out) {
      int dim = heads.dim();
      for (int from = 0; from < span; from += SLOTS) {
        int used = Math.min(SLOTS, span - from);
        decodePage(args.cache().values(), from, used);
        for (int line = 0; line < lines(); line++) {
          int last = lastSeen(firstRow + line / heads.group());
          int first = Math.max(from, firstSeen(last) - base);
          int end = Math.min(from + used, last + 1 - base);
          if (first < end) {
            FloatSpan values = new FloatSpan(pageFloats, (first - from) * dim);
            FloatSpan seen = new FloatSpan(weights, line * span + first);
            lineOf(out, line).addWeightedRows(seen, values, end - first, dim);
          }
        }
      }
    }

    /** Decodes the first slots of the page that holds position {@code base + from}. */
    private void decodePage(TensorView pages, int from, int used) {
      long page = page(sequence, (base + from) / SLOTS);
      long element = (page * heads.kv() + kvHead) * SLOTS * heads.dim();
      Elements.read(pages, element, used * heads.dim(), new FloatSpan(pageFloats, 0));
    }
  }

  private int page(int sequence, int index) {
    return pageTable.get(tableRow[sequence] * maxPages + index);
  }

  /** The last position that a row sees; negative for a row that sees nothing. */
  private int lastSeen(int sequence, int row) {
    return switch (args.mask().kind()) {
      case CAUSAL -> contextLength[sequence] - queryStart[sequence + 1] + row;
      case FULL -> contextLength[sequence] - 1;
    };
  }

  private int firstSeen(int last) {
    int window = args.mask().window();
    return window == 0 ? 0 : Math.max(0, last - window + 1);
  }

  /** Index in the page table of the first page that the row, or a later one, sees. */
  private int firstPage(int sequence, int row) {
    return firstSeen(lastSeen(sequence, row)) / SLOTS;
  }

  private void checkSequences() {
    int tokens = (int) args.q().shape().dim(0);
    int last = queryStart.length - 1;
    if (queryStart[0] != 0 || queryStart[last] != tokens) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "queryStart: expected 0 .. N=%d, got %d .. %d",
              tokens,
              queryStart[0],
              queryStart[last]));
    }
    ShapeCheck.idsBelow("tableRow", tableRow, args.sequences().pageTable().shape().dim(0));
    for (int i = 0; i < contextLength.length; i++) {
      int rows = queryStart[i + 1] - queryStart[i];
      if (rows < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "queryStart: expected rising values, got %d after %d",
                queryStart[i + 1],
                queryStart[i]));
      }
      if (contextLength[i] < 0 || contextLength[i] > (long) maxPages * SLOTS) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "contextLength[%d]: expected 0 .. %d (its pages), got %d",
                i,
                (long) maxPages * SLOTS,
                contextLength[i]));
      }
      if (rows > 0) {
        checkPages(i);
      }
    }
  }

  private void checkPages(int sequence) {
    long pages = args.cache().keys().shape().dim(0);
    int used = (contextLength[sequence] + SLOTS - 1) / SLOTS;
    for (int i = firstPage(sequence, queryStart[sequence]); i < used; i++) {
      int page = page(sequence, i);
      if (page < 0 || page >= pages) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "pageTable[%d, %d]: expected a page in 0 .. %d, got %d",
                sequence,
                i,
                pages - 1,
                page));
      }
    }
  }
}
