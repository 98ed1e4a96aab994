package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.TokenSlice;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The bits of a sequence's logits depend on the sequence alone: not on its batch, nor on how its
 * prompt was cut, whose pages it shares, or how often it was computed again. The shipped model, on
 * every instruction set of this machine's CPU.
 */
class LogitsInvarianceTest {
  private static final Path SHIPPED = Path.of("src/main/models/fovea-mini");
  private static final int MAX_TOKENS = 2048 + 64;
  private static final int MAX_CONTEXT = 4096;
  private static final int NUM_PAGES = 640;
  private static final int SLOTS = Batch.PAGE_SLOTS;

  static Stream<Backends> backends() {
    return Backends.available().stream().filter(backend -> backend.name().startsWith("cpu"));
  }

  /** The fastest of them computes thousands of tokens in the time the others take for hundreds. */
  private static int length(Backends backend) {
    return backend.name().endsWith("avx512") ? 2200 : 260;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void howThePromptWasCutLeavesNoTrace(Backends backend) {
    try (Session session = new Session(backend)) {
      int length = length(backend);
      int[] ids = session.randomIds(length, 1);
      float[] expected = session.compute(ids, session.pages(0, length), 0, length, 2048);
      for (int chunk : new int[] {1, 64, 65, 1000}) {
        float[] got = session.compute(ids, session.pages(100, length), 0, length, chunk);
        assertSameBits(expected, got, "pieces of " + chunk);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theBatchLeavesNoTrace(Backends backend) {
    try (Session session = new Session(backend)) {
      int length = length(backend) / 2;
      int[] ids = session.randomIds(length + 1, 2);
      int[] pages = session.pages(0, length + 1);
      final float[] promptAlone = session.compute(ids, pages, 0, length, 2048);
      final float[] decodeAlone =
          session.logits(new Batch(List.of(entry(ids, length, 1, pages)), 1), 0);
      Random random = new Random(3);
      for (int size : new int[] {2, 3, 5, 8, 16, 33, 64}) {
        int[] other = session.pages(60, length + 1);
        session.compute(ids, other, 0, length - 7, 65);
        assertSameBits(
            promptAlone,
            session.among(size, entry(ids, length - 7, 7, other), false, random),
            "a prompt's end among " + size);
        assertSameBits(
            decodeAlone,
            session.among(size, entry(ids, length, 1, other), true, random),
            "a decode among " + size);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void pagesOfAnotherSequenceLeaveNoTrace(Backends backend) {
    try (Session session = new Session(backend)) {
      int length = length(backend);
      int[] ids = session.randomIds(length, 4);
      float[] expected = session.compute(ids, session.pages(0, length), 0, length, 2048);
      int[] first = ids.clone();
      int shared = length / 2 / SLOTS * SLOTS;
      for (int i = shared; i < length; i++) {
        first[i] = (ids[i] + 1) % Session.VOCABULARY;
      }
      int[] pages = session.pages(100, 2 * (length + SLOTS));
      session.compute(first, pages, 0, length, 65);
      // The first pages of the one sequence, then others than its.
      int[] mixed = Arrays.copyOfRange(pages, pages.length / 2, pages.length);
      System.arraycopy(pages, 0, mixed, 0, shared / SLOTS);
      assertSameBits(
          expected, session.compute(ids, mixed, shared, length, 64), "a shared beginning");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void havingBeenPreemptedLeavesNoTrace(Backends backend) {
    try (Session session = new Session(backend)) {
      int length = length(backend) / 2;
      int[] ids = session.randomIds(length, 5);
      float[] expected = session.compute(ids, session.pages(0, length), 0, length, 2048);
      for (int times : new int[] {1, 10}) {
        Random random = new Random(times);
        int[] pages = null;
        for (int i = 0; i < times; i++) {
          pages = session.pages(random.nextInt(NUM_PAGES / 2), length);
          // Part of it as a prompt, part token by token, as if generated; then all is lost.
          int prompt = 1 + random.nextInt(length - 40);
          session.compute(ids, pages, 0, prompt, 1 + random.nextInt(300));
          session.compute(ids, pages, prompt, prompt + random.nextInt(40), 1);
          int[] noise = session.randomIds(length, random.nextInt());
          session.compute(noise, pages, 0, length, 512);
        }
        float[] got = session.compute(ids, pages, 0, length, 200);
        assertSameBits(expected, got, "after " + times + " preemptions");
      }
    }
  }

  private static Entry entry(int[] ids, int from, int count, int[] pages) {
    return new Entry(new TokenSlice(ids, from, count), from, pages, null);
  }

  private static void assertSameBits(float[] expected, float[] got, String what) {
    int[] expectedBits = bits(expected);
    assertThat(expectedBits).as("a model that says something").isNotEqualTo(new int[0]);
    assertThat(bits(got)).as(what).isEqualTo(expectedBits);
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  /** The model, with pages to hand out. */
  private static final class Session implements AutoCloseable {
    static final int VOCABULARY = 1536;
    private final Kernels kernels;
    private final LoadedModel model;
    private final ModelRunner runner;

    Session(Backends backend) {
      kernels = backend.open().get();
      long bytes = 1L << 30;
      model =
          new ModelLoader(kernels, backend.mapping())
              .load(SHIPPED, new Capacity(MAX_TOKENS, 64, MAX_CONTEXT, bytes), LoadProgress.SILENT);
      runner = (ModelRunner) model.runner();
    }

    int[] randomIds(int count, int seed) {
      return new Random(seed).ints(count, 0, VOCABULARY).toArray();
    }

    /** Pages for so many tokens, scattered. */
    int[] pages(int seed, int numTokens) {
      List<Integer> all = new ArrayList<>(IntStream.range(0, NUM_PAGES).boxed().toList());
      Collections.shuffle(all, new Random(seed));
      return all.stream().limit(MemoryPlan.pagesFor(numTokens)).mapToInt(i -> i).toArray();
    }

    /** Computes {@code ids[from .. to)} in pieces; the logits after the last of them. */
    float[] compute(int[] ids, int[] pages, int from, int to, int chunk) {
      float[] last = {};
      for (int at = from; at < to; at += chunk) {
        int count = Math.min(chunk, to - at);
        Batch batch = new Batch(List.of(entry(ids, at, count, pages)), count == 1 ? 1 : 0);
        last = logits(batch, count - 1);
      }
      return last;
    }

    /** The logits of an entry's last row in a batch of so many, the others being random. */
    float[] among(int size, Entry entry, boolean isDecode, Random random) {
      List<Entry> decodes = new ArrayList<>();
      List<Entry> prompts = new ArrayList<>();
      boolean[] used = new boolean[NUM_PAGES];
      for (int page : entry.place().pages()) {
        used[page] = true;
      }
      int[] free = IntStream.range(0, NUM_PAGES).filter(page -> !used[page]).toArray();
      int next = 0;
      for (int i = 1; i < size; i++) {
        boolean generates = random.nextBoolean();
        int context = generates ? 1 + random.nextInt(200) : 0;
        int count = generates ? 1 : 1 + random.nextInt(30);
        int[] pages = Arrays.copyOfRange(free, next, next + MemoryPlan.pagesFor(context + count));
        next += pages.length;
        int[] ids = randomIds(context + count, random.nextInt());
        (generates ? decodes : prompts).add(entry(ids, context, count, pages));
      }
      List<Entry> kind = isDecode ? decodes : prompts;
      kind.add(random.nextInt(kind.size() + 1), entry);
      List<Entry> all = new ArrayList<>(decodes);
      all.addAll(prompts);
      int row = -1;
      for (Entry each : all.subList(0, all.indexOf(entry) + 1)) {
        row += each.tokens().count();
      }
      return logits(new Batch(all, decodes.size()), row);
    }

    float[] logits(Batch batch, int row) {
      TensorView logits = runner.logits(batch, new int[] {row});
      TensorView host = TensorView.host(DType.F32, logits.shape().toArray());
      kernels.copy(logits, host);
      kernels.synchronize();
      FloatBuffer values = host.bytes().asFloatBuffer();
      float[] out = new float[VOCABULARY];
      values.get(out);
      return out;
    }

    @Override
    public void close() {
      model.close();
      kernels.close();
    }
  }
}
