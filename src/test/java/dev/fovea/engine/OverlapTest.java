package dev.fovea.engine;

import static dev.fovea.engine.EngineFixture.LIMITS;
import static dev.fovea.engine.EngineFixture.VOCABULARY;
import static dev.fovea.engine.EngineFixture.greedy;
import static dev.fovea.engine.EngineFixture.prompt;
import static dev.fovea.engine.EngineFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.Batch;
import dev.fovea.model.SamplingParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two steps in flight: what is submitted when, and what comes of what was drawn past an end. */
@Timeout(60)
class OverlapTest {
  @Test
  void stepIsSubmittedBeforeTheOneBeforeItIsAwaited() throws Exception {
    Journal journal = new Journal();
    Recorder recorder = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS, journal))) {
      engine.submit(greedy(5), recorder);
      recorder.await();
    }
    // The fifth token is the last: no step is submitted to see that.
    assertThat(journal.events)
        .containsExactly("+0", "+1", "-0", "+2", "-1", "+3", "-2", "+4", "-3", "-4");
    assertThat(recorder.ids()).isEqualTo(alone(greedy(5)));
  }

  @Test
  void lastTokenPassesByReferenceAndPagesAsDeltas() throws Exception {
    Journal journal = new Journal();
    Recorder recorder = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS, journal))) {
      engine.submit(prompt(new int[62]), recorder);
      recorder.await();
    }
    List<Batch.Entry> entries = journal.entries;
    assertThat(entries).hasSize(10);
    for (int step = 0; step < 10; step++) {
      Batch.Entry entry = entries.get(step);
      assertThat(entry.tokens().isDrawn()).as("step %d", step).isEqualTo(step > 0);
      assertThat(entry.contextBefore()).isEqualTo(step == 0 ? 0 : 61 + step);
      // Step 3 writes the token of position 64, the first on the second page.
      assertThat(entry.place().numKnown()).isEqualTo(step == 0 ? 0 : step <= 3 ? 1 : 2);
      assertThat(entry.draw().position()).isEqualTo(step);
    }
  }

  @Test
  void whatIsDrawnPastAStopIsDroppedAndNotCounted() throws Exception {
    Journal journal = new Journal();
    int stopToken = alone(greedy(20))[4];
    GenerationRequest request =
        new GenerationRequest(
            new int[] {1, 2, 3},
            SamplingParams.GREEDY,
            new StopRules(20, 0, new int[] {stopToken}));
    Recorder recorder = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS, journal))) {
      engine.submit(request, recorder);
      assertThat(recorder.await()).isEqualTo(new Ending.Finished(FinishReason.STOP, stopToken));
      awaitSteps(engine, 6);
      assertThat(engine.status().totals().outputTokens()).isEqualTo(4);
      assertThat(engine.status().load().usedPages()).isZero();
    }
    assertThat(recorder.ids()).isEqualTo(alone(request)).hasSize(4);
    assertThat(journal.entries).as("the fifth draws the stop, the sixth was on its way").hasSize(6);
  }

  @Test
  void sequenceThatMustSeeItsTokensSynchronizesWhileItRuns() throws Exception {
    Journal journal = new Journal();
    SamplingParams penalized =
        new SamplingParams(0, 0, 1, 0, new SamplingParams.Penalties(1, 0.5f, 0), 0);
    GenerationRequest request =
        new GenerationRequest(new int[] {1, 2}, penalized, new StopRules(3, 0, new int[0]));
    Recorder seeing = new Recorder();
    Recorder other = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS, journal))) {
      engine.submit(
          List.of(
              new Engine.Submission(request, List.of(seeing)),
              new Engine.Submission(greedy(6), List.of(other))));
      seeing.await();
      other.await();
    }
    assertThat(journal.events)
        .containsExactly("+0", "-0", "+1", "-1", "+2", "-2", "+3", "+4", "-3", "+5", "-4", "-5");
    assertThat(seeing.ids()).isEqualTo(alone(request));
    assertThat(other.ids()).isEqualTo(alone(greedy(6)));
  }

  @Test
  void nanBehindWhichAStepIsInFlightFailsThatSequenceAndKeepsItsPagesFromOthers() throws Exception {
    for (int nanPosition = 0; nanPosition < 4; nanPosition++) {
      int position = nanPosition;
      Journal journal =
          new Journal() {
            @Override
            public boolean isNan(long step, Batch.Entry entry) {
              return entry.draw().params().seed() == 13 && entry.draw().position() == position;
            }
          };
      Recorder poisoned = new Recorder();
      Recorder healthy = new Recorder();
      Recorder after = new Recorder();
      try (Engine engine = start(new FakeStepRunner(LIMITS, journal))) {
        engine.submit(
            List.of(
                new Engine.Submission(seeded(13), List.of(poisoned)),
                new Engine.Submission(greedy(50), List.of(healthy))));
        assertThat(poisoned.await()).isInstanceOf(Ending.Failed.class);
        assertThat(healthy.await()).isEqualTo(new Ending.Finished(FinishReason.LENGTH, null));
        assertThat(poisoned.size()).isEqualTo(position);
        engine.submit(seeded(14), after);
        after.await();
      }
      assertThat(journal.entries.stream().filter(each -> draws(each, 13)))
          .as("one draw more than was seen to fail")
          .hasSize(position + 2);
      assertThat(after.starts()).as("tokens of a prompt that gave NaN").containsExactly(0);
      assertThat(healthy.ids()).isEqualTo(alone(greedy(50)));
      assertThat(after.ids()).isEqualTo(alone(seeded(14)));
    }
  }

  @Test
  void preemptedWhileItsTokenIsDrawnItKeepsTheTokenAndWaitsForIt() {
    EngineConfig config =
        new EngineConfig(256, 64, 4, new EngineConfig.Queue(10, 1000), Duration.ZERO, false);
    Drive drive = new Drive(new Drive.Setup(config, 192, 3, PrefillTable.NONE, 2));
    final Sequence older = drive.add(greedy(new int[63], 20));
    final Sequence newer = drive.add(greedy(new int[63], 20));
    drive.submit();
    drive.submit();
    drive.commitOldest();
    // Position 64: the older takes the last page, the newer yields, its second token not yet here.
    drive.submit();
    assertThat(drive.scheduler.numPreemptions()).isEqualTo(1);
    assertThat(newer.state()).isEqualTo(Sequence.State.WAITING);
    assertThat(newer.isDrawing()).isTrue();
    assertThat(newer.numTokens()).isEqualTo(64);
    drive.scheduler.finish(older, new Ending.Cancelled());
    assertThat(drive.pool.numFree()).isEqualTo(3);
    assertThat(drive.submit()).as("all pages are free, yet its token is not known").isNull();
    drive.commitOldest();
    assertThat(newer.numTokens()).isEqualTo(65);
    assertThat(drive.submit().admitted()).containsExactly(newer);
    drive.asked.remove(older);
    drive.finish();
    drive.assertAllAsComputedAlone();
  }

  private static GenerationRequest seeded(long seed) {
    int[] prompt = IntStream.range(100, 240).toArray();
    SamplingParams sampling = new SamplingParams(1, 0, 1, 0, SamplingParams.Penalties.NONE, seed);
    return new GenerationRequest(prompt, sampling, new StopRules(20, 0, new int[0]));
  }

  private static boolean draws(Batch.Entry entry, long seed) {
    return entry.draw() != null && entry.draw().params().seed() == seed;
  }

  private static int[] alone(GenerationRequest request) {
    return new FakeModel(VOCABULARY).complete(request, LIMITS.maxContext()).ids();
  }

  private static void awaitSteps(Engine engine, long count) throws InterruptedException {
    while (engine.status().totals().steps() < count || engine.status().pulse().isBusy()) {
      Thread.sleep(1);
    }
  }

  /** Notes what happens on the engine thread: +n is the submission of step n, -n its awaiting. */
  private static class Journal implements FakeStepRunner.Script {
    final List<String> events = new ArrayList<>();
    final List<Batch.Entry> entries = new ArrayList<>();

    @Override
    public void onSubmit(long step, Batch batch) {
      events.add("+" + step);
      entries.addAll(batch.entries());
    }

    @Override
    public void onAwait(long step) {
      events.add("-" + step);
    }
  }
}
