package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.Place;
import dev.fovea.model.Batch.TokenSlice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Steps that are recorded and padded draw what others draw. Where operations cannot be recorded
 * they are enqueued again, padding and all.
 */
class RecordedDecodesTest {
  private static final Path LLAMA = ParityFixture.ROOT.resolve("llama-llama3");
  private static final int SEQUENCES = 6;
  private static final int STEPS = 40;

  static Stream<Backends> backends() {
    return Backends.available().stream();
  }

  private static LoadedModel load(Kernels kernels, Backends backend, boolean recordsDecodes) {
    return new ModelLoader(kernels, backend.mapping(), recordsDecodes)
        .load(LLAMA, new Capacity(64 * SEQUENCES, SEQUENCES, 256, 1 << 28), LoadProgress.SILENT);
  }

  /** Sizes that need no padding, so that products have the same shape on either way. */
  @ParameterizedTest
  @MethodSource("backends")
  void aRecordedStepHasTheBitsOfAnEnqueuedOne(Backends backend) {
    for (int size : new int[] {1, 2, 4, SEQUENCES}) {
      assertThat(decode(backend, true, size)).isEqualTo(decode(backend, false, size));
    }
  }

  /** Three of three plus one of padding are three of four: the products have four rows. */
  @ParameterizedTest
  @MethodSource("backends")
  void paddingChangesNoSequence(Backends backend) {
    assertThat(decode(backend, true, 3)).isEqualTo(decode(backend, true, 4).subList(0, 3));
    assertThat(decode(backend, true, 5)).isEqualTo(decode(backend, true, 6).subList(0, 5));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void recordedAndOtherStepsMixWithTwoInFlight(Backends backend) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = load(kernels, backend, true)) {
      for (long seed = 10; seed < 14; seed++) {
        List<List<Integer>> expected = new ScriptedSteps(model.runner(), seed, false).run();
        List<List<Integer>> got = new ScriptedSteps(model.runner(), seed, true).run();
        assertThat(got).as("seed %d", seed).isEqualTo(expected);
      }
    }
  }

  @Test
  void onlyStepsThatGenerateAndDrawAreRecorded() {
    Draw draw = Draw.of(SamplingParams.GREEDY, 0);
    Entry drawing = new Entry(TokenSlice.drawn(0), 9, new int[] {0}, draw);
    Entry silent = new Entry(TokenSlice.drawn(0), 9, new int[] {0}, null);
    assertThat(RecordedDecodes.fits(new Batch(List.of(drawing, drawing), 2))).isTrue();
    assertThat(RecordedDecodes.fits(new Batch(List.of(drawing, drawing), 1))).isFalse();
    assertThat(RecordedDecodes.fits(new Batch(List.of(drawing, silent), 2))).isFalse();
  }

  /** What each of so many sequences draws, two steps in flight. */
  private static List<List<Integer>> decode(Backends backend, boolean recordsDecodes, int size) {
    try (Kernels kernels = backend.open().get();
        LoadedModel model = load(kernels, backend, recordsDecodes)) {
      StepRunner runner = model.runner();
      List<List<Integer>> drawn = new ArrayList<>();
      // Page 0 is in use, so that a row of padding that wrote there would be seen.
      List<int[]> pages =
          IntStream.range(0, size).mapToObj(i -> new int[] {3 * i, 3 * i + 1, 3 * i + 2}).toList();
      int[] prompt = IntStream.range(0, 40).map(i -> (i * 7 + 13) % 64).toArray();
      for (int i = 0; i < size; i++) {
        drawn.add(new ArrayList<>());
        TokenSlice slice = new TokenSlice(prompt, 0, 30 + i);
        Place place = new Place(i, pages.get(i), 0);
        Batch batch = new Batch(List.of(new Entry(slice, 0, place, draw(i, 0))));
        drawn.get(i).add(runner.await(runner.submit(batch)).ids()[0]);
      }
      StepRunner.Ticket before = null;
      for (int step = 0; step < STEPS; step++) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < size; i++) {
          int context = 30 + i + step;
          TokenSlice slice =
              step == 0
                  ? new TokenSlice(new int[] {drawn.get(i).get(0)}, 0, 1)
                  : TokenSlice.drawn(i);
          Place place = new Place(i, pages.get(i), MemoryPlan.pagesFor(context));
          entries.add(new Entry(slice, context, place, draw(i, step + 1)));
        }
        StepRunner.Ticket ticket = runner.submit(new Batch(entries, size));
        collect(runner, before, drawn);
        before = ticket;
      }
      collect(runner, before, drawn);
      return drawn;
    }
  }

  private static void collect(
      StepRunner runner, StepRunner.Ticket ticket, List<List<Integer>> drawn) {
    int[] ids = ticket == null ? new int[0] : runner.await(ticket).ids();
    for (int i = 0; i < ids.length; i++) {
      drawn.get(i).add(ids[i]);
    }
  }

  private static Draw draw(int sequence, int position) {
    SamplingParams params =
        new SamplingParams(1, 0, 1, 0, SamplingParams.Penalties.NONE, 100L + sequence);
    return Draw.of(params, position);
  }
}
