package dev.fovea.engine;

import static dev.fovea.engine.EngineFixture.CONFIG;
import static dev.fovea.engine.EngineFixture.LIMITS;
import static dev.fovea.engine.EngineFixture.VOCABULARY;
import static dev.fovea.engine.EngineFixture.assertRejected;
import static dev.fovea.engine.EngineFixture.awaitUninterrupted;
import static dev.fovea.engine.EngineFixture.greedy;
import static dev.fovea.engine.EngineFixture.prompt;
import static dev.fovea.engine.EngineFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.engine.RejectedException.Reason;
import dev.fovea.model.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How requests and engines end. */
@Timeout(60)
class EngineEndingTest {
  @Test
  void nanFailsItsRequestOnly() throws Exception {
    int poison = 7;
    FakeStepRunner runner =
        new FakeStepRunner(
            LIMITS,
            new FakeStepRunner.Script() {
              @Override
              public boolean isNan(long step, Batch.Entry entry) {
                return entry.contextBefore() == 0 && entry.tokens().ids()[0] == poison;
              }
            });
    Recorder healthy = new Recorder();
    Recorder poisoned = new Recorder();
    try (Engine engine = start(runner)) {
      engine.submit(greedy(50), healthy);
      engine.submit(prompt(poison, 2, 3), poisoned);
      assertThat(poisoned.await())
          .isInstanceOfSatisfying(
              Ending.Failed.class, failed -> assertThat(failed.message()).contains("finite"));
      assertThat(healthy.await()).isEqualTo(new Ending.Finished(FinishReason.LENGTH, null));
    }
    assertThat(poisoned.ids()).isEmpty();
    assertThat(healthy.ids()).isEqualTo(runner.model().complete(greedy(50), 1024).ids());
  }

  @Test
  void pagesOfACutRequestAreFreeByTheEndOfTheStepsSubmitted() throws Exception {
    Gate gate = new Gate();
    Scheduler scheduler = new Scheduler(CONFIG, new PagePool(64));
    List<Integer> usedAtSubmit = new ArrayList<>();
    FakeStepRunner runner =
        new FakeStepRunner(
            LIMITS,
            new FakeStepRunner.Script() {
              @Override
              public void onSubmit(long step, Batch batch) {
                scheduler.checkIntegrity();
                usedAtSubmit.add(64 - scheduler.pool().numFree());
              }

              @Override
              public void onAwait(long step) {
                gate.onAwait(step);
              }
            });
    try (Engine engine =
        Engine.start(runner, scheduler, CONFIG, NanoClock.SYSTEM, EngineObserver.NONE)) {
      Recorder stays = new Recorder();
      engine.submit(greedy(4), stays);
      gate.awaitArrival();
      Recorder cancelled = new Recorder();
      Recorder stopped = new Recorder();
      final Generation first = engine.submit(greedy(500), cancelled);
      final Generation second = engine.submit(greedy(500), stopped);
      gate.open();
      gate.awaitArrival();
      first.cancel();
      second.stop();
      for (int step = 1; step < 3; step++) {
        gate.open();
        gate.awaitArrival();
      }
      gate.open();
      stays.await();
      // Step 2 was submitted before step 1 was awaited, during which they were cut.
      assertThat(usedAtSubmit).containsExactly(1, 1, 3, 1);
      assertThat(cancelled.await()).isEqualTo(new Ending.Cancelled());
      assertThat(stopped.await()).isEqualTo(new Ending.Finished(FinishReason.STOP, null));
      assertThat(cancelled.size() + stopped.size()).as("tokens after the cut").isZero();
      assertThat(stays.size()).isEqualTo(4);
      assertThat(engine.status().totals().outputTokens()).isEqualTo(4);
    }
  }

  @Test
  void stopFromTheListenerEndsTheOutputThere() throws Exception {
    AtomicReference<Generation> generation = new AtomicReference<>();
    CountDownLatch submitted = new CountDownLatch(1);
    Recorder recorder =
        new Recorder(
            count -> {
              awaitUninterrupted(submitted);
              generation.get().stop();
            });
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      generation.set(engine.submit(greedy(900), recorder));
      submitted.countDown();
      assertThat(recorder.await()).isEqualTo(new Ending.Finished(FinishReason.STOP, null));
      assertThat(recorder.numCalls()).isEqualTo(1);
      assertThat(engine.status().totals().outputTokens()).isEqualTo(recorder.size());
    }
  }

  @Test
  void errorInAStepEndsEveryRequestAndTheEngine() throws Exception {
    IllegalStateException sticky = new IllegalStateException("scripted");
    FakeStepRunner runner =
        new FakeStepRunner(
            LIMITS,
            new FakeStepRunner.Script() {
              @Override
              public void onAwait(long step) {
                if (step == 5) {
                  throw sticky;
                }
              }
            });
    CompletableFuture<Throwable> death = new CompletableFuture<>();
    EngineObserver observer =
        new EngineObserver() {
          @Override
          public void onDeath(Throwable cause) {
            death.complete(cause);
          }
        };
    List<Recorder> recorders = new ArrayList<>();
    try (Engine engine = Engine.start(runner, CONFIG, NanoClock.SYSTEM, observer)) {
      for (int i = 0; i < 40; i++) {
        Recorder recorder = new Recorder();
        try {
          engine.submit(greedy(500), recorder);
          recorders.add(recorder);
        } catch (RejectedException e) {
          assertThat(e.reason()).isEqualTo(Reason.CLOSED);
        }
      }
      assertThat(recorders).isNotEmpty();
      for (Recorder recorder : recorders) {
        Ending.Failed failed = (Ending.Failed) recorder.await();
        assertThat(failed.cause()).isSameAs(sticky);
        assertThat(failed.message()).isEqualTo("the engine has failed");
      }
      assertThat(death.get(5, TimeUnit.SECONDS)).isSameAs(sticky);
      assertThat(engine.status().life()).isEqualTo(EngineStatus.Life.DEAD);
      assertRejected(engine, greedy(1), Reason.CLOSED);
    }
    assertThat(runner.isClosed()).as("closed with a step in flight").isFalse();
    assertThat(recorders).allMatch(recorder -> recorder.numEndings() == 1);
  }

  @Test
  void closeUnderLoadEndsEveryRequestOnce() {
    Seeded.check(
        random -> {
          List<Recorder> recorders = new ArrayList<>();
          Engine engine = start(new FakeStepRunner(LIMITS));
          RandomRequests requests = new RandomRequests(random, VOCABULARY, 300, 300);
          Thread closer = new Thread(engine::close);
          try {
            for (int i = 0; i < 500; i++) {
              if (i == 100) {
                closer.start();
              }
              Recorder recorder = new Recorder();
              engine.submit(requests.next(), recorder);
              recorders.add(recorder);
            }
          } catch (RejectedException e) {
            assertThat(e.reason()).isEqualTo(Reason.CLOSED);
          }
          closer.join();
          engine.close();
          assertThat(recorders).hasSizeGreaterThanOrEqualTo(100);
          assertThat(recorders).allMatch(recorder -> recorder.numEndings() == 1);
          assertThat(engine.status().life()).isEqualTo(EngineStatus.Life.CLOSED);
          EngineStatus.Load load = engine.status().load();
          assertThat(load).isEqualTo(new EngineStatus.Load(0, 0, 0, load.cachedPages(), 64));
        });
  }

  @Test
  void listenerThatThrowsLosesItsOwnRequestOnly() throws Exception {
    Recorder throwing =
        new Recorder(
            count -> {
              Thread.currentThread().interrupt();
              throw new IllegalStateException("scripted");
            });
    Recorder healthy = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      engine.submit(greedy(500), throwing);
      engine.submit(greedy(500), healthy);
      assertThat(throwing.await()).isInstanceOf(Ending.Failed.class);
      assertThat(healthy.await()).isInstanceOf(Ending.Finished.class);
    }
    assertThat(throwing.numCalls()).isEqualTo(1);
    assertThat(throwing.numEndings()).isEqualTo(1);
  }

  @Test
  void lostPageEndsAnEngineThatFallsIdle() throws Exception {
    Scheduler scheduler = new Scheduler(CONFIG, new PagePool(64));
    FakeStepRunner runner =
        new FakeStepRunner(
            LIMITS,
            new FakeStepRunner.Script() {
              @Override
              public void onSubmit(long step, Batch batch) {
                if (step == 0) {
                  scheduler.pool().share(batch.entries().get(0).place().pages()[0]);
                }
              }
            });
    CompletableFuture<Throwable> death = new CompletableFuture<>();
    EngineObserver observer =
        new EngineObserver() {
          @Override
          public void onDeath(Throwable cause) {
            death.complete(cause);
          }
        };
    try (Engine engine = Engine.start(runner, scheduler, CONFIG, NanoClock.SYSTEM, observer)) {
      Recorder recorder = new Recorder();
      engine.submit(greedy(3), recorder);
      assertThat(recorder.await()).isInstanceOf(Ending.Finished.class);
      assertThat(death.get(20, TimeUnit.SECONDS)).hasMessageContaining("(0), got 1");
      assertRejected(engine, greedy(3), Reason.CLOSED);
    }
  }

  @Test
  void abandonedEngineTellsEveryRequestOnceAndMayWakeUpLater() throws Exception {
    Gate gate = new Gate();
    EngineConfig config = new EngineConfig(256, 64, 1, new EngineConfig.Queue(10, 1000));
    CompletableFuture<Throwable> death = new CompletableFuture<>();
    EngineObserver observer =
        new EngineObserver() {
          @Override
          public void onDeath(Throwable cause) {
            death.complete(cause);
          }
        };
    FakeStepRunner runner = new FakeStepRunner(LIMITS, gate);
    List<Recorder> recorders = List.of(new Recorder(), new Recorder(), new Recorder());
    IllegalStateException hung = new IllegalStateException("hung");
    try (Engine engine = Engine.start(runner, config, NanoClock.SYSTEM, observer)) {
      engine.submit(greedy(50), recorders.get(0));
      gate.awaitArrival();
      engine.submit(greedy(50), recorders.get(1));
      for (int step = 0; step < 2; step++) {
        gate.open();
        gate.awaitArrival();
      }
      // The first runs, the second waits, the third has not even been seen.
      engine.submit(greedy(50), recorders.get(2)).pause();
      assertThat(engine.status().load().waiting()).isEqualTo(1);
      engine.abandon(hung);
      for (Recorder recorder : recorders) {
        assertThat(recorder.await())
            .isEqualTo(new Ending.Failed("the engine does not answer", hung));
      }
      assertRejected(engine, greedy(1), Reason.CLOSED);
      assertThat(death).isNotDone();
      gate.openForGood();
      assertThat(death.get(20, TimeUnit.SECONDS)).isSameAs(hung);
    }
    assertThat(recorders).allMatch(recorder -> recorder.numEndings() == 1);
    assertThat(recorders.get(0).size()).as("of the steps before it hung").isEqualTo(2);
    assertThat(recorders.get(1).size() + recorders.get(2).size()).isZero();
  }
}
