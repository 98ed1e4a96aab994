package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.TokenSlice;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import dev.fovea.weights.Mapping;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A loaded model with one sequence whose pages lie scattered, and the logits of any of its rows.
 */
final class TestSession implements AutoCloseable {
  static final int MAX_TOKENS = 320;
  private static final int PAGES = MAX_TOKENS / 64;

  private final LoadedModel model;
  private final Kernels kernels;
  private final int[] pages;

  TestSession(Path directory, Kernels kernels, Mapping mapping) {
    this(directory, Optional.empty(), kernels, mapping);
  }

  /**
   * @param wanted dtype to convert the matrices to
   */
  TestSession(Path directory, Optional<DType> wanted, Kernels kernels, Mapping mapping) {
    this.kernels = kernels;
    this.model =
        new ModelLoader(kernels, mapping)
            .load(
                directory,
                wanted,
                new Capacity(MAX_TOKENS, MAX_TOKENS, MAX_TOKENS, 1L << 30),
                LoadProgress.SILENT);
    // Neither in order nor from zero: a mistake in the page table shows.
    this.pages = IntStream.range(0, PAGES).map(i -> 2 * (PAGES - i) + 1).toArray();
  }

  LoadedModel model() {
    return model;
  }

  /** Logits of every row after computing {@code count} tokens from {@code from} on. */
  float[][] logits(int[] tokens, int from, int count) {
    Entry entry = new Entry(new TokenSlice(tokens, from, count), from, pages, null);
    ModelRunner runner = (ModelRunner) model.runner();
    int[] rows = IntStream.range(0, count).toArray();
    TensorView logits = runner.logits(new Batch(List.of(entry)), rows);
    TensorView host = TensorView.host(DType.F32, logits.shape().toArray());
    kernels.copy(logits, host);
    kernels.synchronize();
    FloatBuffer values = host.bytes().asFloatBuffer();
    float[][] out = new float[count][(int) logits.shape().dim(1)];
    for (float[] row : out) {
      values.get(row);
    }
    return out;
  }

  /** Logits of every row, the prompt computed in pieces of at most {@code chunk}. */
  float[][] logits(int[] tokens, int chunk) {
    float[][] out = new float[tokens.length][];
    for (int from = 0; from < tokens.length; from += chunk) {
      int count = Math.min(chunk, tokens.length - from);
      System.arraycopy(logits(tokens, from, count), 0, out, from, count);
    }
    return out;
  }

  /** Greedy continuation through {@link StepRunner}, as the engine drives it. */
  int[] greedy(int[] prompt, int count) {
    int[] tokens = java.util.Arrays.copyOf(prompt, prompt.length + count);
    int done = 0;
    for (int length = prompt.length; length < tokens.length; length++) {
      TokenSlice slice = new TokenSlice(tokens, done, length - done);
      Draw draw = Draw.of(SamplingParams.GREEDY, length - prompt.length);
      int numGenerated = done == 0 ? 0 : 1;
      Batch batch = new Batch(List.of(new Entry(slice, done, pages, draw)), numGenerated);
      Tokens drawn = model.runner().await(model.runner().submit(batch));
      tokens[length] = drawn.ids()[0];
      done = length;
    }
    return java.util.Arrays.copyOfRange(tokens, prompt.length, tokens.length);
  }

  @Override
  public void close() {
    model.close();
  }
}
