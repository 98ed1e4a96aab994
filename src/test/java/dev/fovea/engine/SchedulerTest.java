package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.Batch;
import dev.fovea.model.SamplingParams;
import dev.fovea.model.StepRunner.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerTest {
  private static final int VOCABULARY = 101;
  private static final EngineConfig.Queue QUEUE = new EngineConfig.Queue(1000, 1_000_000);

  @Test
  void outputDoesNotDependOnTheScheduleAndNoBoundIsCrossed() {
    Seeded.check(
        random -> {
          for (int round = 0; round < 12; round++) {
            Drive drive = randomDrive(random);
            RandomRequests requests = new RandomRequests(random, VOCABULARY, 400, 120);
            for (int i = 0; i < 60; i++) {
              drive.add(requests.next());
              for (int steps = random.nextInt(4); steps > 0; steps--) {
                drive.step();
              }
            }
            drive.finish();
            drive.assertAllAsComputedAlone();
            assertThat(drive.pool.numFree()).isEqualTo(drive.pool.numPages());
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 100})
  void forcedPreemptionsChangeNoToken(int preemptions) {
    Seeded.check(
        random -> {
          Drive drive = new Drive(new EngineConfig(256, 96, 16, QUEUE), 1024, 512);
          RandomRequests requests = new RandomRequests(random, VOCABULARY, 300, 250);
          for (int i = 0; i < 40; i++) {
            drive.add(requests.next());
          }
          PageTable hoard = new PageTable();
          while (drive.scheduler.numPreemptions() < preemptions) {
            if (drive.scheduler.numWaiting() == 0) {
              drive.add(requests.next());
            }
            drive.stepWithoutFreePages(hoard);
          }
          drive.finish();
          assertThat(drive.scheduler.numPreemptions()).isGreaterThanOrEqualTo(preemptions);
          assertThat(preemptions > 0 || drive.scheduler.numPreemptions() == 0).isTrue();
          drive.assertAllAsComputedAlone();
        });
  }

  @Test
  void poolOfOneSequenceStillServesAll() {
    Seeded.check(
        random -> {
          Drive drive = new Drive(new EngineConfig(128, 64, 8, QUEUE), 512, 8);
          RandomRequests requests = new RandomRequests(random, VOCABULARY, 300, 400);
          for (int i = 0; i < 40; i++) {
            drive.add(requests.next());
          }
          drive.finish();
          assertThat(drive.scheduler.numPreemptions()).isPositive();
          drive.assertAllAsComputedAlone();
        });
  }

  @Test
  void longPromptNeverStallsDecodes() {
    Drive drive = new Drive(new EngineConfig(64, 32, 8, QUEUE), 4096, 128);
    for (int i = 0; i < 4; i++) {
      drive.add(greedy(new int[] {i + 1}, 200));
    }
    drive.step();
    drive.add(greedy(new int[3000], 1));
    for (int i = 0; i < 3000 / 32; i++) {
      Step step = drive.step();
      assertThat(step.drawing()).hasSize(4);
      assertThat(step.batch().numTokens()).isEqualTo(4 + 32);
    }
  }

  @Test
  void generatedTokensComeFirstAndAPromptsLastTokenIsNone() {
    Drive drive = new Drive(new EngineConfig(64, 32, 8, QUEUE), 1024, 64);
    drive.add(greedy(new int[] {1}, 50));
    drive.add(greedy(new int[] {2}, 50));
    assertThat(drive.step().batch().numGenerated()).as("two prompts of one token").isZero();
    drive.add(greedy(new int[33], 50));
    Step chunk = drive.step();
    assertThat(chunk.batch().numGenerated()).isEqualTo(2);
    assertThat(chunk.batch().entries()).hasSize(3);
    Step rest = drive.step();
    assertThat(rest.batch().entries().get(2).tokens().count()).isEqualTo(1);
    assertThat(rest.batch().numGenerated()).as("beside the rest of a prompt").isEqualTo(2);
    assertThat(drive.step().batch().numGenerated()).isEqualTo(3);
  }

  @Test
  void earlierRequestsAreAdmittedFirst() {
    Drive drive = new Drive(new EngineConfig(64, 64, 2, QUEUE), 1024, 16);
    List<Sequence> order = new ArrayList<>();
    List<Sequence> admitted = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      // The third needs most of the pool: those behind it may not overtake.
      order.add(drive.add(greedy(new int[i == 2 ? 900 : 10], 5 + i)));
    }
    while (drive.hasWork()) {
      admitted.addAll(drive.step().admitted());
    }
    assertThat(admitted).containsExactlyElementsOf(order);
  }

  @Test
  void newestSequenceIsPreemptedAndResumesFirst() {
    // Two pages each at the end, three in all.
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 192, 3);
    Sequence oldest = drive.add(greedy(new int[60], 40));
    Sequence newest = drive.add(greedy(new int[50], 40));
    drive.add(greedy(new int[1], 1));
    while (drive.scheduler.numPreemptions() == 0) {
      drive.step();
    }
    assertThat(oldest.state()).isEqualTo(Sequence.State.DECODE);
    assertThat(newest.state()).isEqualTo(Sequence.State.WAITING);
    assertThat(newest.pages().numPages()).isZero();
    drive.finish();
    drive.assertAllAsComputedAlone();
  }

  @Test
  void contextThatIsFullEndsTheOutput() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 2);
    Sequence sequence = drive.add(greedy(new int[100], 1000));
    drive.finish();
    assertThat(sequence.ending()).isEqualTo(new Ending.Finished(FinishReason.LENGTH, null));
    assertThat(sequence.numTokens()).isEqualTo(128);
  }

  @Test
  void finishedSequenceTakesNothingFromTheStepItWasIn() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 4);
    Sequence cut = drive.add(greedy(new int[10], 50));
    Sequence other = drive.add(greedy(new int[10], 50));
    drive.step();
    Step step = drive.scheduler.schedule();
    drive.scheduler.finish(cut, new Ending.Cancelled());
    assertThat(drive.pool.numFree()).isEqualTo(3);
    assertThat(drive.commit(step)).containsExactly(other);
    assertThat(cut.numTokens()).isEqualTo(11);
    assertThat(other.numTokens()).isEqualTo(12);
  }

  @Test
  void lostPageIsFound() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 2);
    Sequence sequence = drive.add(greedy(new int[10], 50));
    drive.step();
    drive.pool.share(sequence.pages().ids()[0]);
    assertThatThrownBy(drive.scheduler::checkIntegrity).hasMessageContaining("(1), got 2");
    drive.scheduler.finish(sequence, new Ending.Cancelled());
    assertThatThrownBy(drive.scheduler::checkIntegrity).hasMessageContaining("(0), got 1");
  }

  @Test
  void waitingForPagesThatNeverComeIsAnError() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 2);
    drive.pool.extend(new PageTable(), 1);
    drive.add(greedy(new int[100], 1));
    assertThat(drive.scheduler.schedule()).isNull();
    assertThatThrownBy(drive.scheduler::checkIdle)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 of 2 pages are free");
  }

  private static GenerationRequest greedy(int[] prompt, int maxTokens) {
    return new GenerationRequest(
        prompt, SamplingParams.GREEDY, new StopRules(maxTokens, 0, new int[0]));
  }

  private static Drive randomDrive(Random random) {
    int maxSequences = 1 + random.nextInt(12);
    int stepTokens = maxSequences + random.nextInt(300);
    EngineConfig config =
        new EngineConfig(stepTokens, 1 + random.nextInt(stepTokens), maxSequences, QUEUE);
    return new Drive(config, 512, 8 + random.nextInt(30));
  }

  /** A scheduler and a fake device, step by step on this thread, checked after each. */
  private static final class Drive {
    final EngineConfig config;
    final PagePool pool;
    final Scheduler scheduler;
    final FakeStepRunner runner;
    final int maxContext;
    final Map<Sequence, GenerationRequest> requests = new LinkedHashMap<>();

    Drive(EngineConfig config, int maxContext, int numPages) {
      this.config = config;
      this.maxContext = maxContext;
      pool = new PagePool(numPages);
      scheduler = new Scheduler(config, pool);
      runner =
          new FakeStepRunner(
              new Limits(
                  config.stepTokens(), config.maxSequences(), maxContext, numPages, VOCABULARY));
    }

    Sequence add(GenerationRequest request) {
      Sequence sequence = new Sequence(request, 0, maxContext, null, new Timeline(0));
      requests.put(sequence, request);
      scheduler.add(sequence);
      return sequence;
    }

    boolean hasWork() {
      return scheduler.numRunning() + scheduler.numWaiting() > 0;
    }

    Step step() {
      Step step = scheduler.schedule();
      if (step != null) {
        commit(step);
        assertOlderRunAndNewerWait();
      }
      scheduler.checkIntegrity();
      return step;
    }

    List<Sequence> commit(Step step) {
      // The fake device itself refuses a step beyond its limits.
      for (Batch.Entry entry : step.batch().entries()) {
        assertThat(entry.tokens().count()).isLessThanOrEqualTo(config.chunkTokens());
      }
      return scheduler.commit(step, runner.await(runner.submit(step.batch())));
    }

    /** With at least two running, hoards the free pages until that preempts one. */
    void stepWithoutFreePages(PageTable hoard) {
      if (scheduler.numRunning() < 2) {
        step();
        return;
      }
      long before = scheduler.numPreemptions();
      pool.extend(hoard, (hoard.numPages() + pool.numFree()) * Batch.PAGE_SLOTS);
      while (scheduler.numPreemptions() == before && scheduler.numRunning() >= 2) {
        commit(scheduler.schedule());
        pool.extend(hoard, (hoard.numPages() + pool.numFree()) * Batch.PAGE_SLOTS);
      }
      pool.release(hoard);
      scheduler.checkIntegrity();
    }

    /** Runs until nothing is left; many steps without an end are starvation. */
    void finish() {
      for (int numSteps = 0; hasWork(); numSteps++) {
        assertThat(numSteps).as("steps").isLessThan(200_000);
        step();
      }
      assertThat(step()).isNull();
    }

    void assertAllAsComputedAlone() {
      requests.forEach(
          (sequence, request) -> {
            FakeModel.Output expected = runner.model().complete(request, maxContext);
            assertThat(output(sequence)).isEqualTo(expected.ids());
            assertThat(sequence.ending())
                .isEqualTo(new Ending.Finished(expected.reason(), expected.stopToken()));
          });
    }

    private static int[] output(Sequence sequence) {
      return Arrays.copyOfRange(sequence.ids(), sequence.numPrompt(), sequence.numTokens());
    }

    private void assertOlderRunAndNewerWait() {
      boolean isWaiting = false;
      for (Sequence sequence : requests.keySet()) {
        if (sequence.state() == Sequence.State.WAITING) {
          isWaiting = true;
        } else if (sequence.state() != Sequence.State.FINISHED) {
          assertThat(isWaiting).as("a sequence runs, yet an older one waits").isFalse();
        }
      }
    }
  }
}
