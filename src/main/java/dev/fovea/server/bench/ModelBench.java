package dev.fovea.server.bench;

import dev.fovea.kernel.HeadLayout;
import dev.fovea.kernel.NativeKernels;
import dev.fovea.model.Batch;
import dev.fovea.model.Capacity;
import dev.fovea.model.Draw;
import dev.fovea.model.LoadedModel;
import dev.fovea.model.ModelConfig;
import dev.fovea.model.ModelLoader;
import dev.fovea.model.SamplingParams;
import dev.fovea.model.StepRunner;
import dev.fovea.model.StepRunner.Ticket;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Speed of a whole model on random tokens: prefill of one prompt against the dot peak, decode of a
 * batch against read bandwidth. One step is one call, sampling included, HTTP and text not.
 */
public final class ModelBench {
  private static final int PREFILL_RUNS = 5;
  private static final int DECODE_STEPS = 32;
  private static final int WARM_UP_STEPS = 3;
  private static final long CEILING_BYTES = 2L << 30;

  private final NativeKernels kernels;
  private final Path directory;

  /**
   * @param directory of a checkpoint; only its weights and config.json are read
   */
  public ModelBench(NativeKernels kernels, Path directory) {
    this.kernels = kernels;
    this.directory = directory;
  }

  /** A kind of step, for which the model is loaded with no more room than it needs. */
  public sealed interface Case {
    Capacity capacity();
  }

  /**
   * @param prompt tokens of one step
   */
  public record Prefill(int prompt) implements Case {
    @Override
    public Capacity capacity() {
      return new Capacity(prompt, 1, prompt, Long.MAX_VALUE);
    }
  }

  /**
   * @param batch sequences of a step
   * @param context tokens that each of them has when measuring begins
   */
  public record Decode(int batch, int context) implements Case {
    @Override
    public Capacity capacity() {
      return new Capacity(Math.max(batch, context), batch, length(), Long.MAX_VALUE);
    }

    private int length() {
      return context + WARM_UP_STEPS + DECODE_STEPS;
    }
  }

  /** A prompt of 512 tokens; one sequence and eight behind short prompts. */
  public static List<Case> small() {
    return List.of(new Prefill(512), new Decode(1, 64), new Decode(8, 64));
  }

  /** A GPU's: prompts of 512, 2,048 and 8,192 tokens, and 256 sequences of about 600 tokens. */
  public static List<Case> large() {
    return List.of(
        new Prefill(512),
        new Prefill(2048),
        new Prefill(8192),
        new Decode(1, 64),
        new Decode(8, 64),
        new Decode(256, 576));
  }

  /** Loads the model and measures it. */
  public KernelFigure measure(Case c) {
    try (LoadedModel model =
        new ModelLoader(kernels, Mapping.NATIVE)
            .load(directory, c.capacity(), (phase, done) -> {})) {
      return c instanceof Decode decode ? decode(model, decode) : prefill(model, (Prefill) c);
    }
  }

  private KernelFigure prefill(LoadedModel model, Prefill c) {
    int[] tokens = randomTokens(model, c.prompt());
    int[] pages = pages(0, c.prompt());
    Ceilings before = Ceilings.measure(kernels, CEILING_BYTES);
    double seconds =
        Bench.medianSecondsOfSteps(
            PREFILL_RUNS,
            run -> step(model.runner(), List.of(entry(tokens, 0, c.prompt(), pages)), 0));
    Ceilings after = Ceilings.measure(kernels, CEILING_BYTES);
    return new KernelFigure(
        "model prefill " + c.prompt(),
        String.format(
            Locale.ROOT,
            "%d tokens, %.0f tok/s, %s",
            c.prompt(),
            c.prompt() / seconds,
            describe(model)),
        kernels.attentionKernel(model.dtype()),
        kernels.info(),
        seconds,
        PREFILL_RUNS,
        1e-9 * operations(model, c.prompt()) / seconds,
        1e-9 * before.mean(after).flopsPerSecond(),
        "GFLOP/s",
        before.drift(after),
        model.memory().weightBytes(),
        Map.of());
  }

  private KernelFigure decode(LoadedModel model, Decode c) {
    int[] tokens = randomTokens(model, c.length());
    List<int[]> pages = IntStream.range(0, c.batch()).mapToObj(i -> pages(i, c.length())).toList();
    for (int[] table : pages) {
      step(model.runner(), List.of(entry(tokens, 0, c.context(), table)), 0);
    }
    Ceilings before = Ceilings.measure(kernels, CEILING_BYTES);
    double seconds =
        Bench.medianSecondsOfSteps(
            DECODE_STEPS,
            run ->
                step(
                    model.runner(),
                    pages.stream().map(p -> entry(tokens, c.context() + run, 1, p)).toList(),
                    c.batch()));
    Ceilings after = Ceilings.measure(kernels, CEILING_BYTES);
    return new KernelFigure(
        "model decode " + c.batch(),
        String.format(
            Locale.ROOT,
            "B=%d behind %d tokens, %.1f tok/s, %s",
            c.batch(),
            c.context(),
            c.batch() / seconds,
            describe(model)),
        kernels.attentionKernel(model.dtype()),
        kernels.info(),
        seconds,
        DECODE_STEPS,
        1e-9 * bytesRead(model, c) / seconds,
        1e-9 * before.mean(after).bytesPerSecond(),
        "GB/s",
        before.drift(after),
        model.memory().weightBytes(),
        Map.of());
  }

  private static void step(StepRunner runner, List<Batch.Entry> entries, int numGenerated) {
    Ticket ticket = runner.submit(new Batch(entries, numGenerated));
    for (boolean valid : runner.await(ticket).valid()) {
      if (!valid) {
        throw new IllegalStateException("logits: expected finite numbers, got none");
      }
    }
  }

  private static Batch.Entry entry(int[] tokens, int from, int count, int[] pages) {
    return new Batch.Entry(
        new Batch.TokenSlice(tokens, from, count),
        from,
        pages,
        Draw.of(SamplingParams.GREEDY, from));
  }

  private static int[] pages(int sequence, int tokens) {
    int count = (tokens + Batch.PAGE_SLOTS - 1) / Batch.PAGE_SLOTS;
    return IntStream.range(sequence * count, (sequence + 1) * count).toArray();
  }

  private static int[] randomTokens(LoadedModel model, int count) {
    return new Random(1).ints(count, 0, model.config().sizes().vocabulary()).toArray();
  }

  /**
   * Every weight once, but for an input embedding that is not the output matrix too; the keys and
   * values.
   */
  private static double bytesRead(LoadedModel model, Decode c) {
    double tokens = c.batch() * (c.context() + DECODE_STEPS / 2.0);
    return model.memory().weightBytes()
        - (isTied(model) ? 0.0 : embeddingElements(model) * model.dtype().bytes())
        + tokens * model.memory().kvBytesPerToken();
  }

  /** Two for each weight of a product and token, one row of logits, causal attention. */
  private static double operations(LoadedModel model, int tokens) {
    ModelConfig config = model.config();
    HeadLayout heads = config.attention().heads();
    double weights = (double) model.memory().weightBytes() / model.dtype().bytes();
    double embeddings = embeddingElements(model) * (isTied(model) ? 1 : 2);
    double attention =
        4.0 * tokens * (tokens + 1) / 2 * heads.query() * heads.dim() * config.sizes().layers();
    return 2 * (weights - embeddings) * tokens + 2 * embeddingElements(model) + attention;
  }

  private static double embeddingElements(LoadedModel model) {
    return (double) model.config().sizes().vocabulary() * model.config().sizes().hidden();
  }

  private static boolean isTied(LoadedModel model) {
    return model.config().block().tiedEmbeddings();
  }

  private static String describe(LoadedModel model) {
    return String.format(
        Locale.ROOT, "%.2f GB of %s", model.memory().weightBytes() * 1e-9, model.dtype());
  }
}
