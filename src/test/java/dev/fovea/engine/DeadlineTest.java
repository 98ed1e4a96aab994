package dev.fovea.engine;

import static dev.fovea.engine.EngineFixture.LIMITS;
import static dev.fovea.engine.EngineFixture.VOCABULARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.GenerationListener.Deadline;
import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.engine.GenerationRequest.Deadlines;
import dev.fovea.model.SamplingParams;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deadlines on a clock that the test moves, between steps that it holds. */
@Timeout(60)
class DeadlineTest {
  private static final Ending QUEUE = new Ending.TimedOut(Deadline.QUEUE);
  private static final Ending TOTAL = new Ending.TimedOut(Deadline.TOTAL);
  private static final Ending LENGTH = new Ending.Finished(FinishReason.LENGTH, null);

  private final AtomicLong now = new AtomicLong(5_000);
  private final Gate gate = new Gate();
  private final Recorder first = new Recorder();

  /** One sequence runs at a time. */
  private final Engine engine =
      Engine.start(
          new FakeStepRunner(LIMITS, gate),
          new EngineConfig(256, 64, 1, new EngineConfig.Queue(5, 1000)),
          now::get,
          EngineObserver.NONE);

  @AfterEach
  void close() {
    gate.openForGood();
    engine.close();
  }

  @Test
  void whatHasNotBegunByItsQueueDeadlineIsTimedOut() throws Exception {
    engine.submit(request(100, Deadlines.NONE), first);
    gate.awaitArrival();
    Recorder second = new Recorder();
    engine.submit(request(5, new Deadlines(100, 0)), second);
    passOneStep();
    now.addAndGet(99);
    passOneStep();
    assertThat(second.hasEnded()).isFalse();
    now.addAndGet(1);
    passOneStep();
    assertThat(second.await()).isEqualTo(QUEUE);
    assertThat(second.size()).isZero();
    assertThat(second.starts()).isEmpty();
    gate.openForGood();
    assertThat(first.await()).isEqualTo(LENGTH);
  }

  @Test
  void queueDeadlineIsMetByTheFirstStep() throws Exception {
    engine.submit(request(20, new Deadlines(100, 0)), first);
    gate.awaitArrival();
    now.addAndGet(1_000_000);
    gate.openForGood();
    assertThat(first.await()).isEqualTo(LENGTH);
    assertThat(first.size()).isEqualTo(20);
  }

  @Test
  void totalDeadlineEndsTheOutputWhereItIs() throws Exception {
    engine.submit(request(500, new Deadlines(0, 100)), first);
    gate.awaitArrival();
    for (int i = 0; i < 5; i++) {
      passOneStep();
    }
    now.addAndGet(100);
    passOneStep();
    assertThat(first.await()).isEqualTo(TOTAL);
    // Five steps passed before the time did; what the sixth drew may have been on its way.
    assertThat(first.size()).isBetween(0, 6);
    int[] alone = new FakeModel(VOCABULARY).complete(request(500, Deadlines.NONE), 1024).ids();
    assertThat(first.ids()).isEqualTo(Arrays.copyOf(alone, first.size()));
    assertThat(engine.status().totals().outputTokens()).isEqualTo(first.size());
    gate.openForGood();
    Recorder after = new Recorder();
    engine.submit(request(5, Deadlines.NONE), after);
    assertThat(after.await()).as("its place is free").isEqualTo(LENGTH);
  }

  @Test
  void totalDeadlineAlsoEndsWhatStillWaits() throws Exception {
    engine.submit(request(100, Deadlines.NONE), first);
    gate.awaitArrival();
    Recorder second = new Recorder();
    engine.submit(request(5, new Deadlines(200, 100)), second);
    now.addAndGet(100);
    passOneStep();
    passOneStep();
    assertThat(second.await()).isEqualTo(TOTAL);
    assertThat(second.numEndings()).isEqualTo(1);
  }

  @Test
  void everyOutputOfAGroupIsTimedOutOnce() throws Exception {
    engine.submit(request(100, Deadlines.NONE), first);
    gate.awaitArrival();
    List<Recorder> group = List.of(new Recorder(), new Recorder(), new Recorder());
    engine.submit(
        List.of(new Engine.Submission(request(5, new Deadlines(100, 100)), List.copyOf(group))));
    now.addAndGet(100);
    passOneStep();
    passOneStep();
    for (Recorder each : group) {
      assertThat(each.await()).isIn(QUEUE, TOTAL);
    }
    gate.openForGood();
    assertThat(first.await()).isEqualTo(LENGTH);
    assertThat(group).allMatch(each -> each.numEndings() == 1);
  }

  @Test
  void deadlineBeyondTheEndOfTimeIsNone() throws Exception {
    gate.openForGood();
    engine.submit(request(20, new Deadlines(Long.MAX_VALUE, Long.MAX_VALUE)), first);
    assertThat(first.await()).isEqualTo(LENGTH);
  }

  @Test
  void requestsThatComeTogetherAreTakenTogetherOrNot() throws Exception {
    engine.submit(request(100, Deadlines.NONE), first);
    gate.awaitArrival();
    engine.submit(request(5, Deadlines.NONE), new Recorder());
    Engine.Submission good =
        new Engine.Submission(
            request(5, Deadlines.NONE), List.of(new Recorder(), new Recorder(), new Recorder()));
    Engine.Submission foreign =
        new Engine.Submission(EngineFixture.prompt(VOCABULARY), List.of(new Recorder()));
    assertThatThrownBy(() -> engine.submit(List.of(good, foreign)))
        .isInstanceOf(IllegalArgumentException.class);
    // Four places of five are free still: three and one more.
    assertThat(engine.submit(List.of(good))).hasSize(3);
    assertThatThrownBy(() -> engine.submit(List.of(good, good)))
        .isInstanceOf(RejectedException.class);
    engine.submit(request(5, Deadlines.NONE), new Recorder());
    EngineFixture.assertRejected(
        engine, request(5, Deadlines.NONE), RejectedException.Reason.OVERLOADED);
  }

  /** Ends the step that is being awaited; returns when the next is, what came between is done. */
  private void passOneStep() throws InterruptedException {
    gate.open();
    gate.awaitArrival();
  }

  private static GenerationRequest request(int maxTokens, Deadlines deadlines) {
    return new GenerationRequest(
        new int[] {1, 2, 3},
        SamplingParams.GREEDY,
        new StopRules(maxTokens, 0, new int[0]),
        new GenerationRequest.Terms("", deadlines));
  }
}
