package dev.fovea.server.bench;

import dev.fovea.kernel.Attention;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.kernel.KvLayer;
import dev.fovea.kernel.NativeKernels;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Speed of the attention kernel: prefill against the dot peak (4 T² Hq D operations, halved because
 * causal), decode against read bandwidth (K and V once). Every call reads other pages than the one
 * before, in random order, from a pool above the caches.
 */
public final class AttentionBench {
  private static final int RUNS = 21;

  /**
   * What is measured: B sequences of {@code context} tokens of which the last {@code rows} are new.
   */
  public record Case(
      String name, DType dtype, HeadLayout heads, int sequences, int rows, int context) {
    long pagesOfASequence() {
      return (context + KvLayer.PAGE_SLOTS - 1) / KvLayer.PAGE_SLOTS;
    }

    long kvBytes() {
      return 2L * sequences * context * heads.kv() * heads.dim() * dtype.bytes();
    }

    double operations() {
      double pairs = (double) rows * context - rows * (rows - 1.0) / 2;
      return 4 * pairs * heads.query() * heads.dim() * sequences;
    }

    boolean isDecode() {
      return rows == 1;
    }
  }

  /** The cases of the project's own bar: bf16, D = 128, 8 KV heads, groups of 4. */
  public static List<Case> standard() {
    HeadLayout heads = new HeadLayout(32, 8, 128);
    return List.of(
        new Case("prefill 512", DType.BF16, heads, 1, 512, 512),
        new Case("prefill 2048", DType.BF16, heads, 1, 2048, 2048),
        new Case("chunk 512 of 8192", DType.BF16, heads, 1, 512, 8192),
        new Case("decode 8192", DType.BF16, heads, 1, 1, 8192),
        new Case("decode 8 x 2048", DType.BF16, heads, 8, 1, 2048));
  }

  private final NativeKernels kernels;
  private final long rotateBytes;

  /**
   * @param rotateBytes size of the pool of pages, K and V together
   */
  public AttentionBench(NativeKernels kernels, long rotateBytes) {
    this.kernels = kernels;
    this.rotateBytes = rotateBytes;
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
    long tokens = (long) c.sequences() * c.rows();
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
    return new KernelFigure(
        c.name(),
        "B=%d rows=%d context=%d %s %s"
            .formatted(c.sequences(), c.rows(), c.context(), c.heads(), c.dtype()),
        kernels.attentionKernel(c.dtype()),
        kernels.info(),
        seconds,
        RUNS,
        1e-9 * (c.isDecode() ? c.kvBytes() : c.operations()) / seconds,
        1e-9 * (c.isDecode() ? mean.bytesPerSecond() : mean.flopsPerSecond()),
        c.isDecode() ? "GB/s" : "GFLOP/s",
        before.drift(after),
        cache.keys().byteSize() * 2);
  }

  /** One call for each stretch of a random order of all pages. */
  private static List<Attention> calls(
      Case c, Bench bench, KvLayer cache, TensorView q, TensorView out) {
    int pages = (int) c.pagesOfASequence();
    List<Integer> order = new ArrayList<>();
    for (int page = 0; page < cache.keys().shape().dim(0); page++) {
      order.add(page);
    }
    Collections.shuffle(order, new Random(2));
    TensorView starts = TensorView.host(DType.I32, c.sequences() + 1);
    TensorView lengths = TensorView.host(DType.I32, c.sequences());
    TensorView rows = TensorView.host(DType.I32, c.sequences());
    IntBuffer start = starts.bytes().asIntBuffer();
    IntBuffer length = lengths.bytes().asIntBuffer();
    IntBuffer row = rows.bytes().asIntBuffer();
    for (int i = 0; i < c.sequences(); i++) {
      start.put(i + 1, (i + 1) * c.rows());
      length.put(i, c.context());
      row.put(i, i);
    }
    TensorView placedStarts = bench.place(starts);
    TensorView placedLengths = bench.place(lengths);
    TensorView placedRows = bench.place(rows);
    int numGenerated = c.isDecode() ? c.sequences() : 0;
    Attention.Mask mask = new Attention.Mask((float) (1 / Math.sqrt(c.heads().dim())), 0);
    List<Attention> calls = new ArrayList<>();
    int tablePages = c.sequences() * pages;
    for (int from = 0; from + tablePages <= order.size(); from += tablePages) {
      TensorView table = TensorView.host(DType.I32, c.sequences(), pages);
      IntBuffer ids = table.bytes().asIntBuffer();
      order.subList(from, from + tablePages).forEach(ids::put);
      Attention.Sequences sequences =
          new Attention.Sequences(
              placedStarts, placedLengths, placedRows, bench.place(table), numGenerated);
      calls.add(new Attention(q, cache, sequences, mask, out));
    }
    return calls;
  }
}
