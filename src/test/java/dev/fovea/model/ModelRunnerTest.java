package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.TokenSlice;
import dev.fovea.weights.SafetensorsFiles.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps of a real model: batches, tickets and limits. */
class ModelRunnerTest {
  private static final Path LLAMA = ParityFixture.ROOT.resolve("llama-llama3");
  private static final int[] NO_BANS = {};

  @TempDir Path scratch;

  static Stream<Backends> backends() {
    return Backends.available().stream();
  }

  private static Entry entry(int[] ids, int from, int count, int... pages) {
    return new Entry(
        new TokenSlice(ids, from, count), from, pages, Draw.of(SamplingParams.GREEDY, 0));
  }

  private static Entry chunk(int[] ids, int from, int count, int... pages) {
    return new Entry(new TokenSlice(ids, from, count), from, pages, null);
  }

  private static int[] prompt(int length, int seed) {
    return IntStream.range(0, length).map(i -> (i * 7 + seed * 13) % 64).toArray();
  }

  private static Tokens run(StepRunner runner, Entry... entries) {
    return runner.await(runner.submit(new Batch(List.of(entries))));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aSequenceDrawsTheSameAloneAndInAnyBatch(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      int[][] prompts = {prompt(70, 1), prompt(1, 2), prompt(130, 3)};
      int[] alone = new int[3];
      for (int i = 0; i < 3; i++) {
        alone[i] = run(runner, entry(prompts[i], 0, prompts[i].length, 5, 2, 7)).ids()[0];
      }
      Tokens together =
          run(
              runner,
              entry(prompts[2], 0, 130, 1, 9, 4),
              entry(prompts[1], 0, 1, 3),
              entry(prompts[0], 0, 70, 0, 8));
      assertThat(together.ids()).containsExactly(alone[2], alone[1], alone[0]);
      assertThat(together.valid()).containsOnly(true);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void onlyEntriesThatDrawGetTokens(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      int[] first = prompt(70, 1);
      int[] second = prompt(40, 2);
      int expected = run(runner, entry(first, 0, 70, 0, 1)).ids()[0];
      assertThat(run(runner, chunk(first, 0, 30, 3, 6)).ids()).isEmpty();
      Tokens mixed = run(runner, chunk(second, 0, 40, 2), entry(first, 30, 40, 3, 6));
      assertThat(mixed.ids()).containsExactly(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void twoStepsMayBeUnderWayAndAreAwaitedInOrder(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      int[] ids = prompt(5, 1);
      StepRunner.Ticket first = runner.submit(new Batch(List.of(entry(ids, 0, 4, 0))));
      StepRunner.Ticket second = runner.submit(new Batch(List.of(entry(ids, 4, 1, 0))));
      assertThatThrownBy(() -> runner.await(second))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("oldest step");
      assertThat(runner.await(first).ids()).hasSize(1);
      assertThat(runner.await(second).ids()).hasSize(1);
      assertThatThrownBy(() -> runner.await(second)).isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void bansAndPenaltiesReachTheSampler(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      int[] ids = prompt(9, 1);
      int best = run(runner, entry(ids, 0, 9, 0)).ids()[0];
      Draw banned = new Draw(SamplingParams.GREEDY, 0, 0, Draw.Seen.NONE, new int[] {best});
      TokenSlice slice = new TokenSlice(ids, 0, 9);
      assertThat(run(runner, new Entry(slice, 0, new int[] {0}, banned)).ids()[0])
          .isNotEqualTo(best);
      SamplingParams penalised =
          new SamplingParams(0, 0, 1, 0, new SamplingParams.Penalties(1, 2, 2), 0);
      int[] seen = {best, 0, 0};
      Draw draw = new Draw(penalised, 0, 0, new Draw.Seen(seen, new int[] {5, 9, 9}, 1), NO_BANS);
      assertThat(run(runner, new Entry(slice, 0, new int[] {0}, draw)).ids()[0]).isNotEqualTo(best);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void nanInWeightsFailsTheSequenceAndNothingElse(Backends backend) throws IOException {
    Path broken =
        ParityFixture.read(LLAMA)
            .rewrittenFiles(
                scratch.resolve("nan"),
                tensors ->
                    tensors.compute(
                        "model.embed_tokens.weight", (name, tensor) -> nanInRow(tensor, 60)));
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(broken, kernels)) {
      Tokens tokens = run(model.runner(), entry(new int[] {1, 2}, 0, 2, 0));
      assertThat(tokens.valid()).containsExactly(false);
      assertThat(run(model.runner(), entry(new int[] {60}, 0, 1, 0)).valid())
          .containsExactly(false);
    }
  }

  /** The embedding is tied, so one NaN row makes one NaN logit in every row of logits. */
  static Tensor nanInRow(Tensor tensor, int row) {
    byte[] data = tensor.data().clone();
    int rowBytes = (int) (data.length / tensor.shape()[0]);
    Arrays.fill(data, row * rowBytes, (row + 1) * rowBytes, (byte) 0xff);
    return new Tensor(tensor.dtype(), tensor.shape(), data);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aBatchBeyondTheLimitsIsRefusedAndTheNextStepRuns(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      int[] ids = prompt(300, 1);
      Entry one = entry(ids, 0, 1, 0);
      assertRefused(runner, "sequences a step", one, one, one, one, one);
      assertRefused(runner, "sequences a step");
      assertRefused(runner, "tokens of context", entry(ids, 0, 257, 0, 1, 2, 3, 4));
      assertRefused(runner, "tokens a step", entry(ids, 0, 200, 0, 1, 2, 3), entry(ids, 0, 57, 4));
      assertRefused(runner, "pages: expected 2 for 65 tokens, got 1", entry(ids, 0, 65, 0));
      assertRefused(runner, "page id", entry(ids, 0, 1, 16));
      assertRefused(runner, "page id", entry(ids, 0, 1, -1));
      assertRefused(
          runner, "token id: expected at most 63, got 64", entry(new int[] {64}, 0, 1, 0));
      assertRefused(runner, "token id", entry(new int[] {-1}, 0, 1, 0));
      assertRefused(runner, "tokens of a sequence", entry(ids, 0, 0, 0));
      assertThat(run(runner, one).valid()).containsExactly(true);
    }
  }

  private static void assertRefused(StepRunner runner, String message, Entry... entries) {
    assertThatThrownBy(() -> runner.submit(new Batch(List.of(entries))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
