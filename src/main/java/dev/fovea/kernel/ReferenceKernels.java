package dev.fovea.kernel;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.HostBuffer;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Every operation as plain Java loops in fp32 over host memory: the oracle of the native backends,
 * the fallback of a machine without a C++ compiler, and what dev mode runs. Clear before fast; each
 * output is summed by one thread in one order, so results do not depend on the number of threads.
 */
public final class ReferenceKernels implements Kernels {
  private final ReferenceLinear linear;

  /** Keeps weights decoded in up to a quarter of the Java heap. */
  public ReferenceKernels() {
    this(Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * @param decodedBytes heap for weights kept as transposed fp32; what does not fit is decoded anew
   *     by every product, with the same results
   */
  public ReferenceKernels(long decodedBytes) {
    linear = new ReferenceLinear(decodedBytes);
  }

  @Override
  public KernelsInfo info() {
    int threads = Runtime.getRuntime().availableProcessors();
    return new KernelsInfo("reference", Processor.name(), "java", threads, "two_pass_java");
  }

  @Override
  public Buffer allocate(long bytes) {
    return HostBuffer.allocate(bytes);
  }

  @Override
  public void copy(TensorView from, TensorView to) {
    ShapeCheck.copy(from, to);
    to.bytes().put(from.bytes());
  }

  @Override
  public Weight prepare(List<TensorView> segments) {
    return Weight.stack(segments);
  }

  @Override
  public void embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out) {
    ShapeCheck.embed(tokens, positions, table, positionTable, out);
    int hidden = (int) table.shape().dim(1);
    int[] tokenIds = idsBelow("tokens", tokens, table.shape().dim(0));
    int[] positionIds =
        positionTable == null
            ? null
            : idsBelow("positions", positions, positionTable.shape().dim(0));
    float[] row = new float[hidden];
    float[] positionRow = new float[hidden];
    for (int n = 0; n < tokenIds.length; n++) {
      table.readRow(tokenIds[n], new FloatSpan(row, 0));
      if (positionIds != null) {
        positionTable.readRow(positionIds[n], new FloatSpan(positionRow, 0));
        add(row, positionRow);
      }
      Elements.write(out, (long) n * hidden, hidden, new FloatSpan(row, 0));
    }
  }

  @Override
  public void rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    ShapeCheck.rmsNorm(residual, delta, norm, out);
    normalise(residual, delta, ReferenceNorm.rms(norm), out);
  }

  @Override
  public void layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    ShapeCheck.layerNorm(residual, delta, norm, out);
    normalise(residual, delta, ReferenceNorm.layer(norm), out);
  }

  private static void normalise(
      TensorView residual, TensorView delta, ReferenceNorm norm, TensorView out) {
    int hidden = (int) residual.shape().dim(1);
    for (int n = 0; n < residual.shape().dim(0); n++) {
      long at = (long) n * hidden;
      float[] row = Elements.read(residual, at, hidden);
      FloatSpan span = new FloatSpan(row, 0);
      if (delta != null) {
        add(row, Elements.read(delta, at, hidden));
        Elements.write(residual, at, hidden, span);
      }
      norm.apply(span);
      Elements.write(out, at, hidden, span);
    }
  }

  @Override
  public void linear(TensorView x, Weight weight, Weight bias, TensorView out) {
    ShapeCheck.linear(x, weight, bias, out);
    linear.multiply(x, weight, bias, out);
  }

  @Override
  public void ropeAppend(RopeAppend args) {
    HeadLayout heads = ShapeCheck.ropeAppend(args);
    ReferenceRope.apply(args, heads);
  }

  @Override
  public void attention(Attention args) {
    HeadLayout heads = ShapeCheck.attention(args);
    new ReferenceAttention(args, heads).run();
  }

  @Override
  public void activation(Activation kind, boolean gated, TensorView x, TensorView out) {
    ShapeCheck.activation(gated, x, out);
    int features = (int) out.shape().dim(1);
    int width = gated ? 2 * features : features;
    int rows = (int) out.shape().dim(0);
    IntStream.range(0, rows)
        .parallel()
        .forEach(
            n -> {
              float[] row = Elements.read(x, (long) n * width, width);
              for (int f = 0; f < features; f++) {
                float value = ReferenceActivation.apply(kind, row[f]);
                row[f] = gated ? value * row[features + f] : value;
              }
              Elements.write(out, (long) n * features, features, new FloatSpan(row, 0));
            });
  }

  @Override
  public void gatherRows(TensorView x, TensorView rows, TensorView out) {
    ShapeCheck.gatherRows(x, rows, out);
    int[] sources = idsBelow("rows", rows, x.shape().dim(0));
    for (int r = 0; r < sources.length; r++) {
      out.rows(r, 1).bytes().put(x.rows(sources[r], 1).bytes());
    }
  }

  @Override
  public void putIds(TensorView ids, TensorView sources, TensorView places, TensorView out) {
    ShapeCheck.putIds(ids, sources, places, out);
    int[] values = Elements.ints(ids);
    int[] to = idsBelow("places", places, out.shape().elements());
    int[] from = sources == null ? null : idsBelow("sources", sources, values.length);
    IntBuffer elements = out.bytes().asIntBuffer();
    for (int j = 0; j < to.length; j++) {
      elements.put(to[j], Math.max(values[from == null ? j : from[j]], 0));
    }
  }

  @Override
  public void sample(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    ShapeCheck.sample(logits, rows, tokens);
    int vocabulary = Math.toIntExact(logits.shape().dim(1));
    ShapeCheck.sampledIds(rows, vocabulary);
    int[] drawn = new int[rows.size()];
    IntStream.range(0, drawn.length)
        .parallel()
        .forEach(
            r -> {
              float[] row = Elements.read(logits, (long) r * vocabulary, vocabulary);
              drawn[r] = ReferenceSampler.sample(row, rows.get(r));
            });
    tokens.bytes().asIntBuffer().put(drawn);
  }

  @Override
  public boolean supports(DType dtype) {
    return dtype.isFloating();
  }

  /** Nothing is ever pending: operations finish before they return. */
  @Override
  public void synchronize() {}

  @Override
  public void close() {
    linear.clear();
  }

  private static void add(float[] row, float[] other) {
    for (int e = 0; e < row.length; e++) {
      row[e] += other[e];
    }
  }

  private static int[] idsBelow(String what, TensorView view, long limit) {
    int[] ids = Elements.ints(view);
    ShapeCheck.idsBelow(what, ids, limit);
    return ids;
  }
}
