package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.Place;
import dev.fovea.model.Batch.TokenSlice;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two steps at once, tokens by reference and pages that stay on the device. */
class StepsInFlightTest {
  private static final Path LLAMA = ParityFixture.ROOT.resolve("llama-llama3");
  private static final Draw GREEDY = Draw.of(SamplingParams.GREEDY, 0);

  @TempDir Path scratch;

  static Stream<Backends> backends() {
    return Backends.available().stream();
  }

  private static Batch prompt(int... ids) {
    return new Batch(
        List.of(new Entry(new TokenSlice(ids, 0, ids.length), 0, new int[] {0}, GREEDY)));
  }

  private static Entry next(int index, int contextBefore) {
    return new Entry(TokenSlice.drawn(index), contextBefore, new int[] {0}, GREEDY);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void twoStepsAtOnceDrawWhatOneAtATimeDraws(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      for (long seed = 0; seed < 6; seed++) {
        List<List<Integer>> expected = new ScriptedSteps(model.runner(), seed, false).run();
        List<List<Integer>> got = new ScriptedSteps(model.runner(), seed, true).run();
        assertThat(got).as("seed %d", seed).isEqualTo(expected);
        assertThat(expected.stream().mapToInt(List::size).sum()).isGreaterThan(100);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aThirdStepAndTokensThatNobodyDrawsAreRefused(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      assertThat(runner.maxInFlight()).isEqualTo(kernels.isAsynchronous() ? 2 : 1);
      assertThatThrownBy(() -> runner.submit(new Batch(List.of(next(0, 3)), 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("step before draws: expected at most -1, got 0");
      StepRunner.Ticket first = runner.submit(prompt(1, 2, 3));
      StepRunner.Ticket second = runner.submit(new Batch(List.of(next(0, 3)), 1));
      assertThatThrownBy(() -> runner.submit(prompt(1))).isInstanceOf(IllegalStateException.class);
      int drawn = runner.await(first).ids()[0];
      assertThat(runner.await(second).valid()).containsExactly(true);
      assertThatThrownBy(() -> runner.submit(new Batch(List.of(next(1, 3)), 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("step before draws");
      int again = runner.await(runner.submit(prompt(1, 2, 3))).ids()[0];
      assertThat(again).isEqualTo(drawn);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aTokenThatCouldNotBeDrawnDoesNoHarmByReference(Backends backend) throws Exception {
    Path broken =
        ParityFixture.read(LLAMA)
            .rewrittenFiles(
                scratch.resolve("nan"),
                tensors ->
                    tensors.compute(
                        "model.embed_tokens.weight",
                        (name, tensor) -> ModelRunnerTest.nanInRow(tensor, 60)));
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(broken, kernels)) {
      StepRunner runner = model.runner();
      StepRunner.Ticket first = runner.submit(prompt(1, 2));
      StepRunner.Ticket second = runner.submit(new Batch(List.of(next(0, 2)), 1));
      assertThat(runner.await(first).valid()).containsExactly(false);
      assertThat(runner.await(second).valid()).containsExactly(false);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void rowsThatAreSharedOrLackPagesAreRefused(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = backend.load(LLAMA, kernels)) {
      StepRunner runner = model.runner();
      assertRefused(runner, "row: expected one in 0 .. 3", entry(4, 0));
      assertRefused(runner, "row: expected one in 0 .. 3", entry(-2, 0));
      assertRefused(runner, "of no other entry, got 1", entry(1, 0), entry(1, 0));
      assertRefused(runner, "of no other entry, got 1", entry(1, 0), entry(Place.NO_ROW, 0));
      assertRefused(runner, "at most the 0 pages of row 2, got 1", entry(2, 1));
      runner.await(runner.submit(new Batch(List.of(entry(2, 0)))));
      runner.await(runner.submit(new Batch(List.of(entry(2, 1)))));
      assertRefused(runner, "at most the 1 pages of row 2, got 2", entry(2, 2));
    }
  }

  private static Entry entry(int row, int numKnown) {
    TokenSlice slice = new TokenSlice(new int[] {5}, 0, 1);
    return new Entry(slice, 0, new Place(row, new int[] {3}, numKnown), GREEDY);
  }

  private static void assertRefused(StepRunner runner, String message, Entry... entries) {
    assertThatThrownBy(() -> runner.submit(new Batch(List.of(entries))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
