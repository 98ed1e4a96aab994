package dev.fovea.engine;

import static dev.fovea.engine.EngineFixture.LIMITS;
import static dev.fovea.engine.EngineFixture.VOCABULARY;
import static dev.fovea.engine.EngineFixture.awaitUninterrupted;
import static dev.fovea.engine.EngineFixture.greedy;
import static dev.fovea.engine.EngineFixture.prompt;
import static dev.fovea.engine.EngineFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.StepRunner.Limits;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers that do not keep up, and what they are told first. */
@Timeout(120)
class PauseTest {
  private static final Ending LENGTH = new Ending.Finished(FinishReason.LENGTH, null);

  @Test
  void pausedReaderGetsNothingAndThenAllOfIt() throws Exception {
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      Recorder recorder = new Recorder();
      Generation generation = submit(engine, recorder, 500, Generation::pause);
      awaitIdle(engine);
      assertThat(recorder.numCalls()).isEqualTo(1);
      assertThat(recorder.hasEnded()).isFalse();
      generation.resume();
      assertThat(recorder.await()).isEqualTo(LENGTH);
      assertThat(recorder.ids()).isEqualTo(alone(greedy(500)));
      assertThat(recorder.starts()).containsExactly(0);
      assertThat(engine.status().totals().outputTokens()).isEqualTo(500);
    }
  }

  @Test
  void cancelOfAPausedReaderEndsItAtWhatItGot() throws Exception {
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      Recorder recorder = new Recorder();
      Generation generation = submit(engine, recorder, 500, Generation::pause);
      awaitIdle(engine);
      int received = recorder.size();
      generation.cancel();
      assertThat(recorder.await()).isEqualTo(new Ending.Cancelled());
      assertThat(recorder.size()).isEqualTo(received);
      assertThat(engine.status().totals().outputTokens()).isEqualTo(received);
    }
  }

  @Test
  void cancelOfAReaderThatPausedAfterAStopEndsItAsStopped() throws Exception {
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      Recorder recorder = new Recorder();
      Generation generation =
          submit(
              engine,
              recorder,
              500,
              own -> {
                own.stop();
                own.pause();
              });
      awaitIdle(engine);
      assertThat(recorder.hasEnded()).isFalse();
      generation.cancel();
      assertThat(recorder.await()).isEqualTo(new Ending.Finished(FinishReason.STOP, null));
      assertThat(recorder.numCalls()).isEqualTo(1);
    }
  }

  @Test
  void closeHandsOverAFinishedOutputThatWasPaused() throws Exception {
    Recorder recorder = new Recorder();
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      submit(engine, recorder, 300, Generation::pause);
      awaitIdle(engine);
    }
    assertThat(recorder.await()).isEqualTo(LENGTH);
    assertThat(recorder.ids()).isEqualTo(alone(greedy(300)));
    assertThat(recorder.numEndings()).isEqualTo(1);
  }

  @Test
  void whatTheListenerAsksForAtTheStartHoldsBeforeTheFirstToken() throws Exception {
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      AtStart cancelled = new AtStart(Generation::cancel);
      cancelled.submitTo(engine);
      assertThat(cancelled.recorder.await()).isEqualTo(new Ending.Cancelled());
      assertThat(cancelled.recorder.size()).isZero();
      AtStart paused = new AtStart(Generation::pause);
      paused.submitTo(engine);
      awaitIdle(engine);
      assertThat(paused.recorder.starts()).hasSize(1);
      assertThat(paused.recorder.size()).isZero();
      paused.generation.get().resume();
      assertThat(paused.recorder.await()).isEqualTo(LENGTH);
      assertThat(paused.recorder.starts()).hasSize(1);
      assertThat(paused.recorder.size()).isEqualTo(50);
    }
  }

  @Test
  void startTellsWhatTheCacheHad() throws Exception {
    try (Engine engine = start(new FakeStepRunner(LIMITS))) {
      for (int cached : new int[] {0, 128}) {
        Recorder recorder = new Recorder();
        engine.submit(prompt(new int[192]), recorder);
        recorder.await();
        assertThat(recorder.starts()).containsExactly(cached);
      }
      assertThat(engine.status().totals().cachedTokens()).isEqualTo(128);
    }
  }

  @Test
  void pausesAtRandomLoseNothing() {
    Seeded.check(random -> race(random, 500));
  }

  @Test
  @Tag("battery")
  void pausesAtRandomLoseNothingOfManyOutputs() {
    Seeded.check(random -> race(random, 10_000));
  }

  /** Others pause and resume all the time; at the end they let go. */
  private static void race(Random random, int numOutputs) throws Exception {
    FakeStepRunner runner = new FakeStepRunner(new Limits(256, 16, 512, 60, VOCABULARY));
    RandomRequests requests = new RandomRequests(random, VOCABULARY, 100, 120);
    Map<GenerationRequest, Recorder> recorders = new LinkedHashMap<>();
    Deque<Recorder> window = new ArrayDeque<>();
    List<Generation> open = new CopyOnWriteArrayList<>();
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> readers = new ArrayList<>();
    try (Engine engine = start(runner)) {
      for (int i = 0; i < 2; i++) {
        Random own = new Random(random.nextLong());
        readers.add(new Thread(() -> pauseAndResume(open, isOver, own)));
        readers.get(i).start();
      }
      for (int i = 0; i < numOutputs; i++) {
        GenerationRequest request = requests.next();
        recorders.put(request, new Recorder());
        window.add(recorders.get(request));
        open.add(engine.submit(request, window.getLast()));
        if (window.size() > 32) {
          letEnd(open.remove(0), window.remove());
        }
      }
      while (!window.isEmpty()) {
        letEnd(open.remove(0), window.remove());
      }
      isOver.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
    }
    recorders.forEach(
        (request, recorder) -> {
          assertThat(recorder.ids()).isEqualTo(runner.model().complete(request, 512).ids());
          assertThat(recorder.numEndings()).isEqualTo(1);
          assertThat(recorder.starts()).hasSize(1);
        });
  }

  /** Somebody may still pause it who has seen it among the open ones. */
  private static void letEnd(Generation generation, Recorder recorder) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!recorder.hasEnded()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      generation.resume();
      Thread.yield();
    }
  }

  private static void pauseAndResume(List<Generation> open, AtomicBoolean isOver, Random random) {
    while (!isOver.get()) {
      for (Generation generation : open) {
        if (random.nextBoolean()) {
          generation.pause();
        } else {
          generation.resume();
        }
      }
      Thread.yield();
    }
  }

  /** Submits a request whose listener does something to it on its first tokens. */
  private static Generation submit(
      Engine engine, Recorder recorder, int maxTokens, Consumer<Generation> onFirst) {
    AtomicReference<Generation> generation = new AtomicReference<>();
    CountDownLatch submitted = new CountDownLatch(1);
    GenerationListener listener =
        new GenerationListener() {
          @Override
          public void onStart(int cachedTokens) {
            recorder.onStart(cachedTokens);
          }

          @Override
          public void onTokens(int[] ids) {
            recorder.onTokens(ids);
            if (recorder.numCalls() == 1) {
              awaitUninterrupted(submitted);
              onFirst.accept(generation.get());
            }
          }

          @Override
          public void onEnd(Ending ending) {
            recorder.onEnd(ending);
          }
        };
    generation.set(engine.submit(greedy(maxTokens), listener));
    submitted.countDown();
    return generation.get();
  }

  /** Does something to its request as it starts. */
  private record AtStart(
      Recorder recorder,
      AtomicReference<Generation> generation,
      CountDownLatch submitted,
      Consumer<Generation> onStart)
      implements GenerationListener {
    AtStart(Consumer<Generation> onStart) {
      this(new Recorder(), new AtomicReference<>(), new CountDownLatch(1), onStart);
    }

    void submitTo(Engine engine) {
      generation.set(engine.submit(greedy(50), this));
      submitted.countDown();
    }

    @Override
    public void onStart(int cachedTokens) {
      recorder.onStart(cachedTokens);
      awaitUninterrupted(submitted);
      onStart.accept(generation.get());
    }

    @Override
    public void onTokens(int[] ids) {
      recorder.onTokens(ids);
    }

    @Override
    public void onEnd(Ending ending) {
      recorder.onEnd(ending);
    }
  }

  private static int[] alone(GenerationRequest request) {
    return new FakeModel(VOCABULARY).complete(request, LIMITS.maxContext()).ids();
  }

  /** Until the engine has nothing to compute; what it has drawn may still be under way. */
  private static void awaitIdle(Engine engine) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    EngineStatus status = engine.status();
    while (status.pulse().isBusy() || status.totals().steps() == 0) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(1);
      status = engine.status();
    }
    Thread.sleep(20);
  }
}
