package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.CudaKernels;
import dev.fovea.kernel.Isa;
import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch;
import dev.fovea.model.Capacity;
import dev.fovea.model.LoadProgress;
import dev.fovea.model.LoadedModel;
import dev.fovea.model.ModelLoader;
import dev.fovea.model.StepRunner;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the table predicts against what steps take, for each size of piece behind real contexts. Run
 * by {@code src/test/gpu/run.sh}: {@code fovea.test.checkpoint} is a model's directory.
 */
@Tag("distribution")
class CostTableTest {
  private static final boolean ON_GPU = "cuda".equals(System.getProperty("fovea.test.device"));
  private static final int CHUNK = ON_GPU ? 4096 : 512;
  private static final int SEQUENCES = 16;
  private static final int[] CONTEXTS =
      ON_GPU ? new int[] {1024, 32_768, 102_400} : new int[] {256, 1024, 3000};

  /** Those that the probe measures, and some between them. */
  private static final int[] SIZES =
      ON_GPU
          ? new int[] {64, 128, 192, 256, 384, 512, 768, 1024}
          : new int[] {64, 128, 192, 256, 512};

  /** Of the larger to the smaller; a busy processor tells no more than the order. */
  private static final double BOUND = ON_GPU ? 1.15 : 10;

  private static final int REPEATS = 7;

  private final int[] ids =
      new Random(1).ints(CONTEXTS[CONTEXTS.length - 1] + CHUNK, 2, 1000).toArray();
  private final int[] pages =
      IntStream.range(0, (ids.length + Batch.PAGE_SLOTS - 1) / Batch.PAGE_SLOTS).toArray();
  private StepRunner runner;

  @Test
  void tablePredictsWhatStepsTake() {
    try (Kernels kernels = ON_GPU ? CudaKernels.open(0) : CpuKernels.open(2, Isa.AUTO);
        LoadedModel model = load(kernels)) {
      runner = model.runner();
      long start = System.nanoTime();
      PrefillCost cost = PrefillProbe.measure(runner, config(), NanoClock.SYSTEM);
      print("probe: %.0f ms, %s", (System.nanoTime() - start) * 1e-6, cost);
      List<String> wrong = new ArrayList<>();
      int computed = 0;
      for (int context : CONTEXTS) {
        for (; computed < context; computed += Math.min(CHUNK, context - computed)) {
          step(Math.min(CHUNK, context - computed), computed);
        }
        for (int size : SIZES) {
          double ratio = compare(cost, size, context);
          if (Math.max(ratio, 1 / ratio) > BOUND) {
            wrong.add("%d tokens behind %d: %s".formatted(size, context, ratio));
          }
        }
      }
      assertThat(wrong).as("predicted / measured").isEmpty();
    }
  }

  private double compare(PrefillCost cost, int size, int context) {
    double predicted = cost.newStep().nanosWith(size, context);
    double[] taken = new double[REPEATS];
    Arrays.setAll(taken, i -> step(size, context));
    Arrays.sort(taken);
    double measured = taken[REPEATS / 2];
    print(
        "%4d tokens behind %6d: predicted %7.2f ms, measured %7.2f ms, ratio %.3f",
        size, context, predicted * 1e-6, measured * 1e-6, predicted / measured);
    return predicted / measured;
  }

  /** Nanos that it takes. */
  private long step(int count, int before) {
    Batch.TokenSlice tokens = new Batch.TokenSlice(ids, before, count);
    Batch batch = new Batch(List.of(new Batch.Entry(tokens, before, pages, null)));
    long start = System.nanoTime();
    runner.await(runner.submit(batch));
    return System.nanoTime() - start;
  }

  private LoadedModel load(Kernels kernels) {
    long memory = kernels.memory().map(device -> device.free() / 10 * 9).orElse(2L << 30);
    return new ModelLoader(kernels, Mapping.NATIVE)
        .load(
            Path.of(System.getProperty("fovea.test.checkpoint")),
            new Capacity(CHUNK + SEQUENCES, SEQUENCES, ids.length, memory),
            LoadProgress.SILENT);
  }

  private static EngineConfig config() {
    Duration target = Duration.ofMillis(ON_GPU ? 25 : 50);
    return new EngineConfig(
        CHUNK + SEQUENCES, CHUNK, SEQUENCES, new EngineConfig.Queue(16, 1 << 20), target, true);
  }

  private static void print(String format, Object... args) {
    System.out.println("FIGURE " + String.format(Locale.ROOT, format, args));
  }
}
