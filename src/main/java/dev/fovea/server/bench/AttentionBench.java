package dev.fovea.server.bench;

import dev.fovea.kernel.Attention;
import dev.fovea.kernel.Attention.Mask;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.kernel.KvLayer;
import dev.fovea.kernel.NativeKernels;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Speed of the attention kernel: prefill against the dot peak (4 T² Hq D operations, halved where
 * causal), decode against read bandwidth (K and V once). Every call reads other pages than the one
 * before, in random order, from a pool above the caches.
 */
public final class AttentionBench {
  private static final int RUNS = 21;
  private static final int PROMPT_TOKENS = 16384;
  private static final double SHORTEST = 100;
  private static final double LONGEST = 32768;

  /**
   * What is measured: sequences of {@code contexts} tokens of which the last {@code rows} are new.
   */
  public record Case(
      String name,
      DType dtype,
      HeadLayout heads,
      Mask.Kind mask,
      int rows,
      List<Integer> contexts) {

    /** A causal one. */
    static Case of(String name, HeadLayout heads, int sequences, int rows, int context) {
      return new Case(
          name, DType.BF16, heads, Mask.Kind.CAUSAL, rows, Collections.nCopies(sequences, context));
    }

    /** The same where every row sees its whole sequence. */
    Case full() {
      return new Case("full " + name, dtype, heads, Mask.Kind.FULL, rows, contexts);
    }

    long pages() {
      return contexts.stream().mapToLong(Case::pagesOf).sum();
    }

    static int pagesOf(int context) {
      return (context + KvLayer.PAGE_SLOTS - 1) / KvLayer.PAGE_SLOTS;
    }

    long kvBytes() {
      long slots = contexts.stream().mapToLong(Integer::longValue).sum();
      return 2 * slots * heads.kv() * heads.dim() * dtype.bytes();
    }

    double operations() {
      double hidden = mask == Mask.Kind.FULL ? 0 : rows * (rows - 1.0) / 2;
      double pairs =
          contexts.stream().mapToDouble(context -> (double) rows * context - hidden).sum();
      return 4 * pairs * heads.query() * heads.dim();
    }

    boolean isDecode() {
      return rows == 1;
    }

    /** What rows of the peers' file are called. */
    String kind() {
      return isDecode() ? "decode" : mask == Mask.Kind.FULL ? "full prefill" : "prefill";
    }

    boolean isUniform() {
      return contexts.stream().distinct().count() == 1;
    }

    String shape() {
      String lengths =
          isUniform()
              ? contexts.get(0).toString()
              : String.format(
                  Locale.ROOT, "%d..%d", Collections.min(contexts), Collections.max(contexts));
      return String.format(
          Locale.ROOT,
          "B=%d rows=%d context=%s %s %s",
          contexts.size(),
          rows,
          lengths,
          heads,
          dtype);
    }
  }

  /** The cases of the project's own bar for CPUs: bf16, D = 128, 8 KV heads, groups of 4. */
  public static List<Case> small() {
    HeadLayout heads = new HeadLayout(32, 8, 128);
    return List.of(
        Case.of("prefill 512", heads, 1, 512, 512),
        Case.of("prefill 2048", heads, 1, 2048, 2048),
        Case.of("chunk 512 of 8192", heads, 1, 512, 8192),
        Case.of("decode 8192", heads, 1, 1, 8192),
        Case.of("decode 8 x 2048", heads, 8, 1, 2048));
  }

  /** The same for GPUs: prompts of 16k tokens in all, and batches of generated rows. */
  public static List<Case> large() {
    List<Case> cases = new ArrayList<>();
    for (int dim : new int[] {128, 64}) {
      for (int length = 512; length <= PROMPT_TOKENS; length *= 2) {
        cases.add(prefill(new HeadLayout(2048 / dim, 2048 / dim, dim), length));
      }
      for (int length = 2048; length <= PROMPT_TOKENS; length *= 2) {
        cases.add(prefill(new HeadLayout(2048 / dim, 2048 / dim, dim), length).full());
      }
    }
    HeadLayout grouped = new HeadLayout(32, 8, 128);
    HeadLayout single = new HeadLayout(32, 1, 128);
    cases.add(prefill(grouped, 8192));
    cases.add(prefill(single, 8192));
    cases.add(prefill(new HeadLayout(8, 8, 256), 8192));
    cases.add(prefill(new HeadLayout(16, 16, 80), 4096));
    int[][] batches = {{64, 16384}, {64, 4096}, {256, 2048}, {1, 131_072}, {1, 8192}};
    for (int[] batch : batches) {
      cases.add(decode(grouped, batch[0], batch[1]));
    }
    cases.add(decode(single, 64, 16384));
    List<Integer> ragged =
        new Random(1)
            .doubles(64)
            .mapToObj(step -> (int) (SHORTEST * Math.pow(LONGEST / SHORTEST, step)))
            .toList();
    cases.add(new Case("decode ragged", DType.BF16, grouped, Mask.Kind.CAUSAL, 1, ragged));
    return cases;
  }

  private static Case prefill(HeadLayout heads, int length) {
    return Case.of("prefill " + length, heads, PROMPT_TOKENS / length, length, length);
  }

  private static Case decode(HeadLayout heads, int sequences, int length) {
    return Case.of(
        String.format(Locale.ROOT, "decode %d x %d", sequences, length),
        heads,
        sequences,
        1,
        length);
  }

  private final NativeKernels kernels;
  private final long rotateBytes;
  private final Peers peers;

  /**
   * @param rotateBytes size of the pool of pages, K and V together
   */
  public AttentionBench(NativeKernels kernels, long rotateBytes, Peers peers) {
    this.kernels = kernels;
    this.rotateBytes = rotateBytes;
    this.peers = peers;
  }

  /** Measures one case; it fails if an output is not written or holds a NaN. */
  public KernelFigure measure(Case c) {
    long pages = Math.max(rotateBytes, 2 * c.kvBytes()) / pageBytes(c);
    try (Buffer keys = kernels.allocate(pages * pageBytes(c) / 2);
        Buffer values = kernels.allocate(pages * pageBytes(c) / 2)) {
      Bench bench = new Bench(kernels, c.dtype());
      HeadLayout heads = c.heads();
      KvLayer cache =
          new KvLayer(
              bench.normal(keys, pages, heads.kv(), KvLayer.PAGE_SLOTS, heads.dim()),
              bench.normal(values, pages, heads.kv(), KvLayer.PAGE_SLOTS, heads.dim()));
      return measure(c, bench, cache);
    }
  }

  private static long pageBytes(Case c) {
    return 2L * c.heads().kv() * KvLayer.PAGE_SLOTS * c.heads().dim() * c.dtype().bytes();
  }

  private KernelFigure measure(Case c, Bench bench, KvLayer cache) {
    long tokens = (long) c.contexts().size() * c.rows();
    HeadLayout heads = c.heads();
    TensorView out = bench.poisoned(c.dtype(), tokens, heads.query(), heads.dim());
    TensorView q = bench.place(bench.normalInHost(tokens, heads.query(), heads.dim()));
    List<Attention> calls = calls(c, bench, cache, q, out);
    Ceilings before = Ceilings.measure(kernels, rotateBytes);
    double seconds =
        bench.medianSeconds(RUNS, run -> kernels.attention(calls.get(run % calls.size())));
    Ceilings after = Ceilings.measure(kernels, rotateBytes);
    bench.checkWritten(out);
    Ceilings mean = before.mean(after);
    boolean isLarge = kernels.memory().isPresent();
    double unit = c.isDecode() || !isLarge ? 1e-9 : 1e-12;
    return new KernelFigure(
        c.name(),
        c.shape(),
        kernels.attentionKernel(c.dtype()),
        kernels.info(),
        seconds,
        RUNS,
        unit * (c.isDecode() ? c.kvBytes() : c.operations()) / seconds,
        unit * (c.isDecode() ? mean.bytesPerSecond() : mean.flopsPerSecond()),
        c.isDecode() ? "GB/s" : isLarge ? "TFLOP/s" : "GFLOP/s",
        before.drift(after),
        cache.keys().byteSize() * 2,
        peers.of(c));
  }

  /** One call for each stretch of a random order of all pages. */
  private static List<Attention> calls(
      Case c, Bench bench, KvLayer cache, TensorView q, TensorView out) {
    List<Integer> order = new ArrayList<>();
    for (int page = 0; page < cache.keys().shape().dim(0); page++) {
      order.add(page);
    }
    Collections.shuffle(order, new Random(2));
    int sequences = c.contexts().size();
    TensorView starts = TensorView.host(DType.I32, sequences + 1);
    TensorView lengths = TensorView.host(DType.I32, sequences);
    TensorView rows = TensorView.host(DType.I32, sequences);
    IntBuffer start = starts.bytes().asIntBuffer();
    IntBuffer length = lengths.bytes().asIntBuffer();
    IntBuffer row = rows.bytes().asIntBuffer();
    for (int i = 0; i < sequences; i++) {
      start.put(i + 1, (i + 1) * c.rows());
      length.put(i, c.contexts().get(i));
      row.put(i, i);
    }
    TensorView placedStarts = bench.place(starts);
    TensorView placedLengths = bench.place(lengths);
    TensorView placedRows = bench.place(rows);
    int numGenerated = c.isDecode() ? sequences : 0;
    Mask mask = new Mask(c.mask(), (float) (1 / Math.sqrt(c.heads().dim())), 0);
    List<Attention> calls = new ArrayList<>();
    for (Iterator<Integer> pages = order.iterator(); calls.size() < order.size() / c.pages(); ) {
      TensorView table = bench.place(table(c, pages));
      calls.add(
          new Attention(
              q,
              cache,
              new Attention.Sequences(placedStarts, placedLengths, placedRows, table, numGenerated),
              mask,
              out));
    }
    return calls;
  }

  /** Page tables of the sequences, [B, most pages of one]. */
  private static TensorView table(Case c, Iterator<Integer> pages) {
    int most = Case.pagesOf(Collections.max(c.contexts()));
    TensorView table = TensorView.host(DType.I32, c.contexts().size(), most);
    IntBuffer ids = table.bytes().asIntBuffer();
    for (int i = 0; i < c.contexts().size(); i++) {
      for (int page = 0; page < Case.pagesOf(c.contexts().get(i)); page++) {
        ids.put(i * most + page, pages.next());
      }
    }
    return table;
  }
}
