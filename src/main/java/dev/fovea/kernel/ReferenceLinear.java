package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;
import java.util.Arrays;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.stream.IntStream;

/**
 * {@link Kernels#linear}: each output is the sum over k in rising order, whatever N is. The weight
 * is cut into tiles of up to 256 outputs, decoded to fp32 and transposed to {@code [K, outputs]},
 * so that the inner loop runs over neighbouring outputs and the JIT compiler can vectorise it
 * without touching the order of any sum.
 */
final class ReferenceLinear {
  private static final int TILE_OUTPUTS = 256;

  /** Rows of x that share one pass over a tile; more of them are more tasks for the cores. */
  private static final int TASK_TOKENS = 64;

  /** Products below it are not worth a second thread. */
  private static final long PARALLEL_PRODUCTS = 1 << 16;

  private final Map<Weight, float[][]> decoded = new WeakHashMap<>();
  private long remainingBytes;

  ReferenceLinear(long decodedBytes) {
    remainingBytes = decodedBytes;
  }

  void clear() {
    decoded.clear();
  }

  void multiply(TensorView x, Weight weight, Weight bias, TensorView out) {
    int inputs = Math.toIntExact(weight.shape().dim(1));
    int outputs = Math.toIntExact(weight.shape().dim(0));
    int tokens = Math.toIntExact(x.shape().dim(0));
    float[] rows = Elements.read(x, 0, Math.multiplyExact(tokens, inputs));
    float[] biases = bias == null ? new float[outputs] : bias.readVector();
    float[][] tiles = decodedTiles(weight);
    int numTiles = (outputs + TILE_OUTPUTS - 1) / TILE_OUTPUTS;
    int chunks = tiles == null ? 1 : (tokens + TASK_TOKENS - 1) / TASK_TOKENS;
    int chunkTokens = tiles == null ? tokens : TASK_TOKENS;
    IntStream tasks = IntStream.range(0, numTiles * chunks);
    if ((long) tokens * inputs * outputs >= PARALLEL_PRODUCTS) {
      tasks = tasks.parallel();
    }
    tasks.forEach(
        task -> {
          int index = task / chunks;
          int from = index * TILE_OUTPUTS;
          int width = Math.min(TILE_OUTPUTS, outputs - from);
          float[] tile = tiles == null ? decode(weight, from, width) : tiles[index];
          int first = task % chunks * chunkTokens;
          int last = Math.min(tokens, first + chunkTokens);
          float[] sums = new float[width];
          for (int n = first; n < last; n++) {
            Arrays.fill(sums, 0);
            FloatSpan sum = new FloatSpan(sums, 0);
            FloatSpan row = new FloatSpan(rows, n * inputs);
            sum.addWeightedRows(row, new FloatSpan(tile, 0), inputs, width);
            for (int m = 0; m < width; m++) {
              sums[m] += biases[from + m];
            }
            Elements.write(out, (long) n * outputs + from, width, sum);
          }
        });
  }

  /** The weight's tiles, decoded on first use; null where the budget has no room for them. */
  private float[][] decodedTiles(Weight weight) {
    float[][] known = decoded.get(weight);
    long bytes = weight.shape().elements() * Float.BYTES;
    if (known != null || bytes > remainingBytes) {
      return known;
    }
    remainingBytes -= bytes;
    int outputs = (int) weight.shape().dim(0);
    float[][] tiles = new float[(outputs + TILE_OUTPUTS - 1) / TILE_OUTPUTS][];
    for (int i = 0; i < tiles.length; i++) {
      int from = i * TILE_OUTPUTS;
      tiles[i] = decode(weight, from, Math.min(TILE_OUTPUTS, outputs - from));
    }
    decoded.put(weight, tiles);
    return tiles;
  }

  private static float[] decode(Weight weight, int from, int width) {
    int inputs = (int) weight.shape().dim(1);
    float[] tile = new float[Math.multiplyExact(inputs, width)];
    float[] row = new float[inputs];
    for (int m = 0; m < width; m++) {
      weight.readRow(from + m, new FloatSpan(row, 0));
      for (int k = 0; k < inputs; k++) {
        tile[k * width + m] = row[k];
      }
    }
    return tile;
  }
}
