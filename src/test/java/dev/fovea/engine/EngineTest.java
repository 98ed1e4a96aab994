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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.engine.RejectedException.Reason;
import dev.fovea.model.SamplingParams;
import dev.fovea.model.StepRunner.Limits;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes out of an engine, and when it takes nothing in. */
@Timeout(60)
class EngineTest {
  @Test
  void everyRequestGetsItsOwnOutputAndOneEnding() {
    Seeded.check(
        random -> {
          FakeStepRunner runner = new FakeStepRunner(new Limits(256, 16, 1024, 20, VOCABULARY));
          RandomRequests requests = new RandomRequests(random, VOCABULARY, 300, 400);
          Map<GenerationRequest, List<Recorder>> recorders = new LinkedHashMap<>();
          try (Engine engine = start(runner)) {
            for (int i = 0; i < 200; i++) {
              GenerationRequest request = requests.nextAlike();
              int outputs = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1;
              List<Recorder> own = Stream.generate(() -> new Recorder()).limit(outputs).toList();
              recorders.put(request, own);
              engine.submit(List.of(new Engine.Submission(request, List.copyOf(own))));
            }
            List<Recorder> all = recorders.values().stream().flatMap(List::stream).toList();
            for (Recorder recorder : all) {
              recorder.await();
            }
            assertThat(engine.status().totals().preemptions()).isPositive();
            assertThat(engine.status().totals().outputTokens())
                .isEqualTo(all.stream().mapToInt(Recorder::size).sum());
          }
          recorders.forEach(
              (request, own) -> {
                for (int choice = 0; choice < own.size(); choice++) {
                  FakeModel.Output expected = runner.model().complete(request, choice, 1024);
                  assertThat(own.get(choice).ids()).isEqualTo(expected.ids());
                  assertThat(own.get(choice).numEndings()).isEqualTo(1);
                }
              });
          assertThat(runner.isClosed()).isTrue();
        });
  }

  @Test
  void tokenOfAStopEndsTheOutputAndIsNotPartOfIt() throws Exception {
    FakeStepRunner runner = new FakeStepRunner(LIMITS);
    int[] free = runner.model().complete(greedy(20), 1024).ids();
    GenerationRequest request =
        new GenerationRequest(
            new int[] {1, 2, 3}, SamplingParams.GREEDY, new StopRules(20, 0, new int[] {free[5]}));
    Recorder recorder = new Recorder();
    try (Engine engine = start(runner)) {
      engine.submit(request, recorder);
      assertThat(recorder.await()).isEqualTo(new Ending.Finished(FinishReason.STOP, free[5]));
    }
    assertThat(recorder.ids()).containsExactly(Arrays.copyOf(free, 5));
  }

  @Test
  void whatCanNeverFitIsRefused() {
    Limits small = new Limits(256, 16, 1024, 4, VOCABULARY);
    try (Engine engine = start(new FakeStepRunner(small))) {
      assertThat(engine.maxContext()).as("the whole pool").isEqualTo(4 * 64);
      assertRejected(engine, prompt(new int[256]), Reason.TOO_LONG);
      engine.submit(prompt(new int[255]), new Recorder());
      assertThatThrownBy(() -> engine.submit(prompt(VOCABULARY), new Recorder()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("prompt[0]: expected 0 to 996, got 997");
    }
  }

  @Test
  void queueIsBoundedByRequestsAndByTokensAndItsPlacesComeBack() throws Exception {
    Gate gate = new Gate();
    EngineConfig config = new EngineConfig(256, 64, 1, new EngineConfig.Queue(3, 100));
    try (Engine engine =
        Engine.start(
            new FakeStepRunner(LIMITS, gate), config, NanoClock.SYSTEM, EngineObserver.NONE)) {
      final Recorder running = new Recorder();
      final Generation generation = engine.submit(prompt(new int[200]), running);
      gate.awaitArrival();
      for (int round = 0; round < 3; round++) {
        List<Generation> waiting = new ArrayList<>();
        List<Recorder> recorders = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          recorders.add(new Recorder());
          waiting.add(engine.submit(prompt(new int[10]), recorders.get(i)));
        }
        assertRejected(engine, prompt(1), Reason.OVERLOADED);
        waiting.forEach(Generation::cancel);
        gate.open();
        gate.awaitArrival();
        for (Recorder recorder : recorders) {
          assertThat(recorder.await()).isEqualTo(new Ending.Cancelled());
        }
      }
      engine.submit(prompt(new int[20]), new Recorder());
      engine.submit(prompt(new int[40]), new Recorder());
      assertRejected(engine, prompt(new int[41]), Reason.OVERLOADED);
      engine.submit(prompt(new int[40]), new Recorder());
      generation.cancel();
      gate.openForGood();
      running.await();
    }
  }

  @Test
  void blockedListenerStallsNeitherTheEngineNorMemory() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Recorder blocking = new Recorder(count -> awaitUninterrupted(release));
    Recorder behind = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      engine.submit(greedy(1000), blocking);
      engine.submit(greedy(1000), behind);
      while (engine.status().totals().promptTokens() < 6 || engine.status().load().running() > 0) {
        Thread.sleep(1);
      }
      assertThat(behind.hasEnded()).isFalse();
      release.countDown();
      assertThat(blocking.await()).isInstanceOf(Ending.Finished.class);
      assertThat(behind.await()).isInstanceOf(Ending.Finished.class);
      assertThat(blocking.size()).isEqualTo(1000);
      assertThat(behind.numCalls()).as("coalesced").isLessThan(5);
    }
  }

  @Test
  void idleEngineIsParked() throws Exception {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Set<Thread> others = Thread.getAllStackTraces().keySet();
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      Recorder recorder = new Recorder();
      engine.submit(greedy(5), recorder);
      recorder.await();
      List<Thread> ours =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("fovea-") && !others.contains(thread))
              .toList();
      assertThat(ours).hasSize(2);
      Thread.sleep(50);
      long[] before =
          ours.stream().mapToLong(each -> threads.getThreadCpuTime(each.getId())).toArray();
      Thread.sleep(300);
      for (int i = 0; i < before.length; i++) {
        assertThat(ours.get(i).getState()).isEqualTo(Thread.State.WAITING);
        long spent = threads.getThreadCpuTime(ours.get(i).getId()) - before[i];
        assertThat(spent).as("nanos of CPU in 300 ms").isLessThan(3_000_000);
      }
    }
  }

  @Test
  void phasesOfARequestAddUpToItsTime() throws Exception {
    AtomicReference<RequestTrace> trace = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(1);
    EngineObserver observer =
        new EngineObserver() {
          @Override
          public void onEnd(Ending ending, RequestTrace done) {
            trace.set(done);
            ended.countDown();
          }
        };
    // One unit a step: the clock stands still unless the device works.
    long[] now = {0};
    FakeStepRunner runner =
        new FakeStepRunner(
            LIMITS,
            new FakeStepRunner.Script() {
              @Override
              public void onAwait(long step) {
                now[0]++;
              }
            });
    try (Engine engine = Engine.start(runner, CONFIG, () -> now[0], observer)) {
      engine.submit(prompt(new int[200]), new Recorder());
      ended.await();
    }
    // 200 tokens are four chunks of 64; the last of them draws the first of 10 tokens.
    assertThat(trace.get()).isEqualTo(new RequestTrace(200, 0, 10, 0, 0, 4, 9));
  }
}
