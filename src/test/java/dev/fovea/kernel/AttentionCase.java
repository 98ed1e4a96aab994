package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random data of one attention case in its most hostile surroundings: pages permuted over a pool
 * three times as large, NaN in every slot that no sequence owns, garbage in the page table past
 * each sequence's last page, outputs poisoned.
 */
final class AttentionCase {
  private static final int SLOTS = KvLayer.PAGE_SLOTS;
  private static final int SPARE_ROWS = 3;
  private static final int[] GARBAGE = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30};

  final AttentionShape shape;
  final double[] queries;

  /** Of each sequence, {@code [context, Hkv, D]}. */
  final double[][] keys;

  final double[][] values;

  private final TestTensor q;
  private final TestTensor keyPages;
  private final TestTensor valuePages;
  private final int[] tableRow;
  private final int[] pageTable;
  private final int maxPages;

  AttentionCase(AttentionShape shape) {
    this.shape = shape;
    Random random = new Random(shape.seed());
    HeadLayout heads = shape.heads();
    DType dtype = shape.dtype();
    q = TestTensor.normal(random, 1, dtype, shape.numTokens(), heads.query(), heads.dim());
    queries = q.values();
    int needed = shape.sequences().stream().mapToInt(s -> pages(s.context())).sum();
    maxPages = shape.sequences().stream().mapToInt(s -> pages(s.context())).max().orElse(0) + 2;
    int pool = 3 * needed + 1;
    keyPages = TestTensor.poisoned(dtype, pool, heads.kv(), SLOTS, heads.dim());
    valuePages = TestTensor.poisoned(dtype, pool, heads.kv(), SLOTS, heads.dim());
    tableRow = tableRow(random);
    pageTable = pageTable(random, pool);
    keys = fill(random, keyPages);
    values = fill(random, valuePages);
  }

  private static int pages(int context) {
    return (context + SLOTS - 1) / SLOTS;
  }

  private int[] pageTable(Random random, int pool) {
    List<Integer> free = new ArrayList<>();
    for (int page = 0; page < pool; page++) {
      free.add(page);
    }
    Collections.shuffle(free, random);
    int[] table = new int[(shape.sequences().size() + SPARE_ROWS) * maxPages];
    for (int i = 0; i < table.length; i++) {
      table[i] = GARBAGE[i % GARBAGE.length];
    }
    int next = 0;
    for (int i = 0; i < tableRow.length; i++) {
      for (int page = 0; page < pages(shape.sequences().get(i).context()); page++) {
        table[tableRow[i] * maxPages + page] = free.get(next++);
      }
    }
    return table;
  }

  /** Rows of the page table in no order, some of them nobody's. */
  private int[] tableRow(Random random) {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < shape.sequences().size() + SPARE_ROWS; row++) {
      rows.add(row);
    }
    Collections.shuffle(rows, random);
    return rows.stream().limit(shape.sequences().size()).mapToInt(Integer::intValue).toArray();
  }

  private double[][] fill(Random random, TestTensor pages) {
    HeadLayout heads = shape.heads();
    double[][] all = new double[shape.sequences().size()][];
    for (int i = 0; i < all.length; i++) {
      int context = shape.sequences().get(i).context();
      all[i] = new double[context * heads.kv() * heads.dim()];
      for (int at = 0; at < all[i].length; at++) {
        int position = at / heads.dim() / heads.kv();
        int head = at / heads.dim() % heads.kv();
        int page = pageTable[tableRow[i] * maxPages + position / SLOTS];
        int row = (page * heads.kv() + head) * SLOTS + position % SLOTS;
        all[i][at] = pages.set(row * heads.dim() + at % heads.dim(), random.nextGaussian());
      }
    }
    return all;
  }

  TestTensor newOutput() {
    HeadLayout heads = shape.heads();
    return TestTensor.poisoned(shape.dtype(), shape.numTokens(), heads.query(), heads.dim());
  }

  /** What the kernels are given; a copy, so that a test may plant a fault in it. */
  Inputs inputs() {
    int numSequences = shape.sequences().size();
    int[] queryStart = new int[numSequences + 1];
    int[] contextLength = new int[numSequences];
    for (int i = 0; i < numSequences; i++) {
      queryStart[i + 1] = queryStart[i] + shape.sequences().get(i).rows();
      contextLength[i] = shape.sequences().get(i).context();
    }
    return new Inputs(
        queryStart,
        contextLength,
        tableRow.clone(),
        pageTable.clone(),
        maxPages,
        shape.mask(),
        numGenerated());
  }

  /**
   * The sequences of one row at the head: every other case calls them generated tokens, the others
   * prompts.
   */
  private int numGenerated() {
    int single = 0;
    while (single < shape.sequences().size() && shape.sequences().get(single).rows() == 1) {
      single++;
    }
    return shape.seed() % 2 == 0 ? single : 0;
  }

  record Inputs(
      int[] queryStart,
      int[] contextLength,
      int[] tableRow,
      int[] pageTable,
      int maxPages,
      Attention.Mask mask,
      int numGenerated) {}

  /** Runs the case; out is poisoned first, canaries and inputs are checked afterwards. */
  void run(Kernels kernels, Inputs inputs, TestTensor out) {
    long before = q.checksum() ^ keyPages.checksum() ^ valuePages.checksum();
    repeat(kernels, inputs, out);
    out.assertCanariesAlive("attention out");
    assertThat(q.checksum() ^ keyPages.checksum() ^ valuePages.checksum())
        .as("checksum of q, K and V")
        .isEqualTo(before);
  }

  /** Runs the case on a poisoned output and checks nothing. */
  void repeat(Kernels kernels, Inputs inputs, TestTensor out) {
    out.poison();
    kernels.attention(
        new Attention(
            q.on(kernels),
            new KvLayer(keyPages.on(kernels), valuePages.on(kernels)),
            new Attention.Sequences(
                TestTensor.ints(inputs.queryStart).on(kernels),
                TestTensor.ints(inputs.contextLength).on(kernels),
                TestTensor.ints(inputs.tableRow).on(kernels),
                tableOn(kernels, inputs.pageTable),
                inputs.numGenerated),
            inputs.mask,
            out.on(kernels)));
    kernels.synchronize();
  }

  /** Runs the case with its pages moved into a pool in which they begin past so many elements. */
  void runFar(Kernels kernels, long elements, TestTensor out) {
    HeadLayout heads = shape.heads();
    Shape pool = keyPages.view().shape();
    int before = (int) (elements / (pool.elements() / pool.dim(0))) + 1;
    Shape far = Shape.of(before + pool.dim(0), heads.kv(), SLOTS, heads.dim());
    int[] table = pageTable.clone();
    for (int i = 0; i < table.length; i++) {
      boolean isUsed = table[i] >= 0 && table[i] < pool.dim(0);
      table[i] += isUsed ? before : 0;
    }
    Inputs inputs = inputs();
    kernels.attention(
        new Attention(
            q.on(kernels),
            new KvLayer(moved(kernels, keyPages, far), moved(kernels, valuePages, far)),
            new Attention.Sequences(
                TestTensor.ints(inputs.queryStart).on(kernels),
                TestTensor.ints(inputs.contextLength).on(kernels),
                TestTensor.ints(inputs.tableRow).on(kernels),
                tableOn(kernels, table),
                inputs.numGenerated),
            shape.mask(),
            out.on(kernels)));
    kernels.synchronize();
  }

  private TensorView tableOn(Kernels kernels, int[] table) {
    return TestTensor.ints(table).on(kernels).reshape(table.length / maxPages, maxPages);
  }

  private static TensorView moved(Kernels kernels, TestTensor pages, Shape far) {
    DType dtype = pages.view().dtype();
    Buffer buffer = kernels.allocate(far.elements() * dtype.bytes());
    TensorView all = new TensorView(buffer, 0, dtype, far);
    long count = pages.view().shape().dim(0);
    kernels.copy(pages.on(kernels), all.rows(far.dim(0) - count, count));
    return all;
  }

  /**
   * Runs some rows of one sequence alone.
   *
   * @param row the first, in q
   * @param before rows of its sequence in q before it
   */
  TestTensor runRows(Kernels kernels, int sequence, int row, int rows, int before) {
    HeadLayout heads = shape.heads();
    AttentionShape.Sequence whole = shape.sequences().get(sequence);
    boolean isFull = shape.mask().kind() == Attention.Mask.Kind.FULL;
    int context = isFull ? whole.context() : whole.context() - whole.rows() + before + rows;
    TestTensor out = TestTensor.poisoned(shape.dtype(), rows, heads.query(), heads.dim());
    kernels.attention(
        new Attention(
            q.on(kernels).rows(row, rows),
            new KvLayer(keyPages.on(kernels), valuePages.on(kernels)),
            new Attention.Sequences(
                TestTensor.ints(0, rows).on(kernels),
                TestTensor.ints(context).on(kernels),
                TestTensor.ints(tableRow[sequence]).on(kernels),
                tableOn(kernels, pageTable),
                sequence < numGenerated() ? 1 : 0),
            shape.mask(),
            out.on(kernels)));
    kernels.synchronize();
    return out;
  }

  /** The first element of a row of q or out. */
  int element(int row, int head) {
    return (row * shape.heads().query() + head) * shape.heads().dim();
  }
}
