package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Data of one {@code ropeAppend}, what it must give in fp64, and what naive maths gives. */
final class RopeCase {
  private static final float EPSILON = 1e-6f;
  private static final int MAX_POSITIONS = 700;
  private static final int PAGES = 5;

  /**
   * @param rotated elements of a head that turn, 0 for no rotation
   * @param headNormType dtype of the head norms' gammas; null: no head norm
   */
  record RopeShape(DType dtype, HeadLayout heads, int tokens, int rotated, DType headNormType) {}

  final RopeShape shape;
  final TestTensor q;
  final TestTensor keyPages;
  final TestTensor valuePages;
  final long[] slots;

  private final int dim;
  private final TestTensor qkv;
  private final TestTensor rotary;
  private final TestTensor queryGamma;
  private final TestTensor keyGamma;
  private final int[] positions;

  /** {@code [N, (Hq + 2 Hkv) D]}. */
  private final double[] exact;

  private final double[] naive;

  RopeCase(RopeShape shape) {
    this.shape = shape;
    HeadLayout heads = shape.heads;
    dim = heads.dim();
    Random random = new Random(shape.heads.hashCode() + shape.tokens);
    DType gammaType = shape.headNormType == null ? DType.F32 : shape.headNormType;
    qkv = TestTensor.normal(random, 1, DType.F32, shape.tokens, heads.packedColumns());
    int width = shape.rotated == 0 ? dim : shape.rotated;
    rotary = TestTensor.of(DType.F32, angles(width), MAX_POSITIONS, width);
    queryGamma = TestTensor.misaligned(random, 1, gammaType, dim);
    keyGamma = TestTensor.misaligned(random, 1, gammaType, dim);
    positions = random.ints(shape.tokens, 0, MAX_POSITIONS).toArray();
    positions[0] = MAX_POSITIONS - 1;
    slots = distinctSlots(random);
    q = TestTensor.poisoned(shape.dtype, shape.tokens, heads.query(), dim);
    keyPages = TestTensor.poisoned(shape.dtype, PAGES, heads.kv(), KvLayer.PAGE_SLOTS, dim);
    valuePages = TestTensor.poisoned(shape.dtype, PAGES, heads.kv(), KvLayer.PAGE_SLOTS, dim);
    exact = qkv.values();
    naive = qkv.values();
    double[] cosinesAndSines = rotary.values();
    double[] queryScale = queryGamma.values();
    double[] keyScale = keyGamma.values();
    for (int n = 0; n < shape.tokens; n++) {
      double[] row =
          Arrays.copyOfRange(cosinesAndSines, positions[n] * width, (positions[n] + 1) * width);
      for (int h = 0; h < heads.query() + heads.kv(); h++) {
        double[] gamma = h < heads.query() ? queryScale : keyScale;
        expectHead(n * heads.packedColumns() + h * dim, row, gamma);
      }
    }
  }

  private static double[] angles(int width) {
    double[] table = new double[MAX_POSITIONS * width];
    for (int i = 0; i < table.length; i++) {
      int pair = i % width % (width / 2);
      double angle = i / width * Math.pow(10_000, -2.0 * pair / width);
      table[i] = i % width < width / 2 ? Math.cos(angle) : Math.sin(angle);
    }
    return table;
  }

  private long[] distinctSlots(Random random) {
    List<Long> all = new ArrayList<>();
    for (long slot = 0; slot < PAGES * KvLayer.PAGE_SLOTS; slot++) {
      all.add(slot);
    }
    Collections.shuffle(all, random);
    return all.stream().limit(shape.tokens).mapToLong(s -> s).toArray();
  }

  private void expectHead(int from, double[] angles, double[] gamma) {
    double squares = 0;
    float squaresF = 0;
    for (int d = 0; d < dim; d++) {
      squares += exact[from + d] * exact[from + d];
      squaresF += (float) naive[from + d] * (float) naive[from + d];
    }
    double rms = Math.sqrt(squares / dim + EPSILON);
    float rmsF = (float) Math.sqrt(squaresF / dim + EPSILON);
    FloatFormat format = FloatFormat.of(shape.dtype);
    for (int d = 0; shape.headNormType != null && d < dim; d++) {
      exact[from + d] *= gamma[d] / rms;
      naive[from + d] = format.round((float) naive[from + d] / rmsF * (float) gamma[d]);
    }
    for (int i = 0; i < shape.rotated / 2; i++) {
      int low = from + i;
      int high = low + shape.rotated / 2;
      double cosine = angles[i];
      double sine = angles[shape.rotated / 2 + i];
      double first = exact[low];
      exact[low] = first * cosine - exact[high] * sine;
      exact[high] = exact[high] * cosine + first * sine;
      float firstF = (float) naive[low];
      float secondF = (float) naive[high];
      naive[low] = firstF * (float) cosine - secondF * (float) sine;
      naive[high] = secondF * (float) cosine + firstF * (float) sine;
    }
    for (int d = 0; d < dim; d++) {
      naive[from + d] = format.round(naive[from + d]);
    }
  }

  void run(Kernels kernels) {
    q.poison();
    keyPages.poison();
    valuePages.poison();
    boolean hasNorm = shape.headNormType != null;
    kernels.ropeAppend(
        new RopeAppend(
            qkv.on(kernels),
            hasNorm ? new Norm(kernels.prepare(List.of(queryGamma.view())), null, EPSILON) : null,
            hasNorm ? new Norm(kernels.prepare(List.of(keyGamma.view())), null, EPSILON) : null,
            shape.rotated > 0 ? rotary.on(kernels) : null,
            new RopeAppend.TokenRows(
                TestTensor.ints(positions).on(kernels), TestTensor.longs(slots).on(kernels)),
            q.on(kernels),
            new KvLayer(keyPages.on(kernels), valuePages.on(kernels))));
    kernels.synchronize();
    q.assertCanariesAlive("q");
    keyPages.assertCanariesAlive("key pages");
    valuePages.assertCanariesAlive("value pages");
  }

  /** Judges q and k by the tolerance; v must be the rounded input, other slots untouched. */
  void check() {
    HeadLayout heads = shape.heads;
    int queries = heads.query() * dim;
    int rest = heads.kv() * dim;
    check("q", q.values(), 0, queries);
    check("k", slotRows(keyPages.values()), queries, rest);
    double[] stored = slotRows(valuePages.values());
    for (int i = 0; i < stored.length; i++) {
      double value = exact[i / rest * heads.packedColumns() + queries + rest + i % rest];
      if (stored[i] != FloatFormat.of(shape.dtype).round(value)) {
        assertThat(stored[i]).as("v element %d of %s", i, value).isEqualTo(value);
      }
    }
    assertUntouched("key pages", keyPages.values());
    assertUntouched("value pages", valuePages.values());
  }

  private void check(String what, double[] got, int column, int width) {
    double[] expected = columns(exact, column, width);
    double[] rounded = columns(naive, column, width);
    Tolerance.check("ropeAppend %s %s".formatted(what, shape), shape.dtype, expected, rounded, got);
  }

  private double[] columns(double[] packed, int column, int width) {
    double[] some = new double[shape.tokens * width];
    for (int i = 0; i < some.length; i++) {
      some[i] = packed[i / width * shape.heads.packedColumns() + column + i % width];
    }
    return some;
  }

  /** {@code [N, Hkv, D]} of the slots that the tokens own. */
  private double[] slotRows(double[] pages) {
    double[] rows = new double[shape.tokens * shape.heads.kv() * dim];
    for (int i = 0; i < rows.length; i++) {
      int head = i / dim % shape.heads.kv();
      rows[i] = pages[pageElement(slots[i / dim / shape.heads.kv()], head) + i % dim];
    }
    return rows;
  }

  private int pageElement(long slot, int head) {
    long page = slot / KvLayer.PAGE_SLOTS;
    long row = (page * shape.heads.kv() + head) * KvLayer.PAGE_SLOTS + slot % KvLayer.PAGE_SLOTS;
    return (int) row * dim;
  }

  private void assertUntouched(String what, double[] pages) {
    boolean[] owned = new boolean[pages.length];
    for (long slot : slots) {
      for (int h = 0; h < shape.heads.kv(); h++) {
        int from = pageElement(slot, h);
        Arrays.fill(owned, from, from + dim, true);
      }
    }
    for (int i = 0; i < pages.length; i++) {
      if (!owned[i] && !Double.isNaN(pages[i])) {
        assertThat(pages[i]).as("%s: element %d, which no token owns", what, i).isNaN();
      }
    }
  }
}
