package dev.fovea.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Attention by its formula, for chosen lines (a row and a query head): in fp64, and naively in the
 * case's dtype with every intermediate tensor rounded. Plain code may sum forwards or backwards; of
 * each output the worse of the two is what naive maths gives, since a group of few lines is no
 * measure of it in one order alone. Where a case is large, a random part of its lines is judged;
 * the first and the last row always are.
 */
final class AttentionOracle {
  private static final long MAX_WORK = 8_000_000;

  private final AttentionCase data;
  private final List<Line> lines;

  /**
   * @param first position that it sees
   * @param seen how many it sees from there on
   */
  private record Line(int sequence, int row, int head, int first, int seen) {}

  private record Result(double[] exact, double[] naive) {}

  private final List<Result> results;

  AttentionOracle(AttentionCase data) {
    this(data, MAX_WORK);
  }

  /**
   * @param maxWork multiply-adds to spend
   */
  AttentionOracle(AttentionCase data, long maxWork) {
    this.data = data;
    this.lines = choose(maxWork);
    results = lines.parallelStream().map(l -> resultOf(l)).toList();
  }

  private Result resultOf(Line line) {
    double[] exact = exact(line);
    double[] naive = naive(line, false);
    double[] backwards = naive(line, true);
    for (int d = 0; d < exact.length; d++) {
      if (Math.abs(backwards[d] - exact[d]) > Math.abs(naive[d] - exact[d])) {
        naive[d] = backwards[d];
      }
    }
    return new Result(exact, naive);
  }

  private List<Line> choose(long maxWork) {
    AttentionShape shape = data.shape;
    Random random = new Random(shape.seed() + 1);
    double share = Math.min(1, (double) maxWork / shape.work());
    List<Line> chosen = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < shape.sequences().size(); i++) {
      AttentionShape.Sequence sequence = shape.sequences().get(i);
      for (int r = 0; r < sequence.rows(); r++) {
        for (int h = 0; h < shape.heads().query(); h++) {
          boolean edge = r == 0 || r == sequence.rows() - 1;
          if (edge || random.nextDouble() < share) {
            chosen.add(lineOf(i, start + r, h, sequence.context() - sequence.rows() + r));
          }
        }
      }
      start += sequence.rows();
    }
    return chosen;
  }

  private Line lineOf(int sequence, int row, int head, int position) {
    Attention.Mask mask = data.shape.mask();
    if (mask.kind() == Attention.Mask.Kind.FULL) {
      return new Line(sequence, row, head, 0, data.shape.sequences().get(sequence).context());
    }
    int first = mask.window() == 0 ? 0 : Math.max(0, position - mask.window() + 1);
    return new Line(sequence, row, head, first, position + 1 - first);
  }

  /**
   * Judges an output by {@link Tolerance}, apart for lines that see 1, 2 to 3, 4 to 7 ...
   * positions, because the sizes of outputs and errors fall with that number.
   */
  void check(TestTensor out) {
    int dim = data.shape.heads().dim();
    double[] got = out.values();
    for (int i = 0; i < got.length; i++) {
      if (!Double.isFinite(got[i])) {
        throw new AssertionError("attention %s: element %d is %s".formatted(data.shape, i, got[i]));
      }
    }
    Map<Integer, List<Integer>> groups = new TreeMap<>();
    for (int l = 0; l < lines.size(); l++) {
      int seen = lines.get(l).seen();
      groups
          .computeIfAbsent(
              Integer.SIZE - Integer.numberOfLeadingZeros(seen), k -> new ArrayList<>())
          .add(l);
    }
    groups.forEach(
        (bits, members) -> {
          double[] exact = new double[members.size() * dim];
          double[] naive = new double[exact.length];
          double[] here = new double[exact.length];
          for (int m = 0; m < members.size(); m++) {
            Line line = lines.get(members.get(m));
            Result result = results.get(members.get(m));
            System.arraycopy(result.exact, 0, exact, m * dim, dim);
            System.arraycopy(result.naive, 0, naive, m * dim, dim);
            System.arraycopy(got, data.element(line.row, line.head), here, m * dim, dim);
          }
          String what = "attention %s, lines that see under %d".formatted(data.shape, 1 << bits);
          Tolerance.check(what, data.shape.dtype(), exact, naive, here);
        });
  }

  private double[] exact(Line line) {
    HeadLayout heads = data.shape.heads();
    double[] weights = new double[line.seen];
    int query = data.element(line.row, line.head);
    for (int s = 0; s < weights.length; s++) {
      int key = cacheElement(line.first + s, line.head);
      double dot = 0;
      for (int d = 0; d < heads.dim(); d++) {
        dot += data.queries[query + d] * data.keys[line.sequence][key + d];
      }
      weights[s] = dot * data.shape.mask().scale();
    }
    double largest =
        IntStream.range(0, weights.length).mapToDouble(s -> weights[s]).max().orElse(0);
    double sum = 0;
    for (int s = 0; s < weights.length; s++) {
      weights[s] = Math.exp(weights[s] - largest);
      sum += weights[s];
    }
    double[] out = new double[heads.dim()];
    for (int s = 0; s < weights.length; s++) {
      int value = cacheElement(line.first + s, line.head);
      for (int d = 0; d < heads.dim(); d++) {
        out[d] += weights[s] / sum * data.values[line.sequence][value + d];
      }
    }
    return out;
  }

  /** Scores, weights and outputs rounded to the dtype, sums in fp32, as plain code would. */
  private double[] naive(Line line, boolean isBackwards) {
    HeadLayout heads = data.shape.heads();
    FloatFormat format = FloatFormat.of(data.shape.dtype());
    float[] weights = new float[line.seen];
    int query = data.element(line.row, line.head);
    float largest = Float.NEGATIVE_INFINITY;
    for (int s = 0; s < weights.length; s++) {
      int key = cacheElement(line.first + s, line.head);
      float dot = 0;
      for (int i = 0; i < heads.dim(); i++) {
        int d = isBackwards ? heads.dim() - 1 - i : i;
        dot += (float) data.queries[query + d] * (float) data.keys[line.sequence][key + d];
      }
      weights[s] = (float) format.round((float) format.round(dot) * data.shape.mask().scale());
      largest = Math.max(largest, weights[s]);
    }
    float sum = 0;
    for (int i = 0; i < weights.length; i++) {
      int s = isBackwards ? weights.length - 1 - i : i;
      weights[s] = (float) Math.exp(weights[s] - largest);
      sum += weights[s];
    }
    float[] out = new float[heads.dim()];
    for (int i = 0; i < weights.length; i++) {
      int s = isBackwards ? weights.length - 1 - i : i;
      float weight = (float) format.round(weights[s] / sum);
      int value = cacheElement(line.first + s, line.head);
      for (int d = 0; d < heads.dim(); d++) {
        out[d] += weight * (float) data.values[line.sequence][value + d];
      }
    }
    return IntStream.range(0, out.length).mapToDouble(d -> format.round(out[d])).toArray();
  }

  private int cacheElement(int position, int queryHead) {
    HeadLayout heads = data.shape.heads();
    int kvHead = queryHead / (heads.query() / heads.kv());
    return (position * heads.kv() + kvHead) * heads.dim();
  }
}
