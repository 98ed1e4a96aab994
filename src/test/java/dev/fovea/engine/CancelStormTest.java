package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.model.Batch;
import dev.fovea.model.StepRunner.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests cut at random moments: waiting, in prefill, decoding, preempted, paused, as they end; by
 * their listeners, by others, by deadlines.
 */
@Timeout(600)
class CancelStormTest {
  private static final int NUM_CLIENTS = 4;
  private static final int MAX_OPEN = 120;
  private static final Limits LIMITS = new Limits(256, 16, 512, 14, 997);
  private static final EngineConfig CONFIG =
      new EngineConfig(256, 64, 16, new EngineConfig.Queue(MAX_OPEN, 10_000_000));

  @Test
  void stormLeavesNothingBehind() throws Exception {
    storm(5_000);
  }

  @Test
  @Tag("battery")
  void longStormLeavesNothingBehind() throws Exception {
    storm(50_000);
  }

  @Test
  void plantedLeakOfOnePageIsCaught() throws Exception {
    Storm storm = new Storm(1_000, 3, 500);
    storm.run();
    assertThatThrownBy(storm::assertNothingLeaks).isInstanceOf(AssertionError.class);
    assertThatThrownBy(storm.scheduler::checkIntegrity).hasMessageMatching("page \\d+: .* got 1");
  }

  private static void storm(int numRequests) throws Exception {
    long seed = new Random().nextLong();
    Storm storm = new Storm(numRequests, seed, Long.MAX_VALUE);
    storm.run();
    assertThat(storm.cuts).as("seed %d", seed).hasSizeGreaterThan(numRequests);
    assertThat(storm.death).as("seed %d", seed).isNotDone();
    storm.assertNothingLeaks();
    storm.assertOutputsEndAtTheCut();
    assertThat(storm.engine.status().totals().preemptions()).isPositive();
    assertThat(storm.engine.status().totals().cachedTokens()).isPositive();
    assertThat(storm.cuts.stream().filter(cut -> cut.isCutShort(storm.model, 512)))
        .as("cut before their own end, seed %d", seed)
        .hasSizeGreaterThan(numRequests / 4)
        .anyMatch(cut -> cut.numTokens() == 0)
        .anyMatch(Cut::isTimedOut)
        .anyMatch(Cut::isPaused);
  }

  /** Clients on threads of their own, each with its own random choices. */
  private static final class Storm {
    final CompletableFuture<Throwable> death = new CompletableFuture<>();
    final List<Cut> cuts = new ArrayList<>();
    final FakeModel model = new FakeModel(LIMITS.vocabulary());
    final Engine engine;
    private final Scheduler scheduler =
        new Scheduler(CONFIG, new PagePool(LIMITS.numPages(), CONFIG.prefixCache()));
    private final Semaphore places = new Semaphore(MAX_OPEN);
    private final AtomicInteger numNumbered = new AtomicInteger();
    private final CutSteps steps;
    private final int numRequests;
    private final long seed;

    /**
     * @param leakStep the step in which a page gets an owner that never releases it
     */
    Storm(int numRequests, long seed, long leakStep) {
      this.numRequests = numRequests;
      this.seed = seed;
      steps = new CutSteps(numRequests);
      FakeStepRunner.Script script =
          new FakeStepRunner.Script() {
            @Override
            public void onSubmit(long step, Batch batch) {
              steps.onSubmit(step, batch);
              if (step < leakStep) {
                scheduler.checkIntegrity();
              } else if (step == leakStep) {
                scheduler.pool().share(batch.entries().get(0).place().pages()[0]);
              }
            }

            @Override
            public long latencyNanos(long step, Batch batch) {
              // Slow enough that the clients keep up with it.
              return 20_000 + step * 7919 % 40_000;
            }
          };
      EngineObserver observer =
          new EngineObserver() {
            @Override
            public void onDeath(Throwable cause) {
              death.complete(cause);
            }
          };
      FakeStepRunner runner = new FakeStepRunner(LIMITS, script);
      engine = Engine.start(runner, scheduler, CONFIG, NanoClock.SYSTEM, observer);
    }

    void run() throws InterruptedException {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < NUM_CLIENTS; i++) {
        Random random = new Random(seed + i);
        Thread client = new Thread(() -> submitAndCut(random));
        client.setUncaughtExceptionHandler((where, cause) -> failure.set(cause));
        client.start();
        clients.add(client);
      }
      for (Thread client : clients) {
        client.join();
      }
      assertThat(failure.get()).as("seed %d", seed).isNull();
      boolean haveAllEnded = places.tryAcquire(MAX_OPEN, 20, TimeUnit.SECONDS);
      assertThat(haveAllEnded).as("all ended within 20 s, seed %d", seed).isTrue();
      engine.close();
    }

    private void submitAndCut(Random random) {
      RandomRequests requests = new RandomRequests(random, LIMITS.vocabulary(), 200, 300);
      List<Cut> open = new ArrayList<>();
      List<Cut> all = new ArrayList<>();
      try {
        for (int i = 0; i < numRequests / NUM_CLIENTS; i++) {
          List<Cut> outputs = submit(requests, random, open);
          open.addAll(outputs);
          all.addAll(outputs);
          while (random.nextInt(3) == 0 && !open.isEmpty()) {
            open.remove(random.nextInt(open.size())).cutFromOutside(random.nextBoolean());
          }
        }
        // Until all have ended, a reader may pause that nobody would cut.
        cutPausedUntilPlacesAreFree(all);
      } catch (RejectedException dead) {
        all.forEach(cut -> cut.cutFromOutside(false));
      }
      synchronized (cuts) {
        cuts.addAll(all);
      }
    }

    private List<Cut> submit(RandomRequests requests, Random random, List<Cut> open) {
      int number = numNumbered.getAndIncrement();
      GenerationRequest request = steps.number(number, withDeadlines(requests.nextAlike(), random));
      int numOutputs = random.nextInt(8) == 0 ? 1 + random.nextInt(CutSteps.MAX_CHOICES) : 1;
      while (!places.tryAcquire(numOutputs)) {
        cutPaused(open);
        Thread.yield();
      }
      List<Cut> outputs = new ArrayList<>();
      for (int choice = 0; choice < numOutputs; choice++) {
        int own = choice;
        steps.expect(number, choice);
        outputs.add(new Cut(request, choice, random, places, () -> steps.cut(number, own)));
      }
      try {
        List<Generation> generations =
            engine.submit(List.of(new Engine.Submission(request, List.copyOf(outputs))));
        for (int choice = 0; choice < numOutputs; choice++) {
          outputs.get(choice).generation.set(generations.get(choice));
        }
      } catch (RejectedException dead) {
        places.release(numOutputs);
        throw dead;
      }
      return outputs;
    }

    private void cutPausedUntilPlacesAreFree(List<Cut> all) {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (places.availablePermits() < MAX_OPEN && System.nanoTime() < deadline) {
        cutPaused(all);
        Thread.yield();
      }
    }

    /** As a server does with readers that have stopped reading. */
    private static void cutPaused(List<Cut> some) {
      for (Cut cut : some) {
        if (cut.isPaused()) {
          cut.cutFromOutside(false);
        }
      }
    }

    private static GenerationRequest withDeadlines(GenerationRequest request, Random random) {
      long queue = random.nextInt(8) == 0 ? 1 + random.nextInt(20_000_000) : 0;
      long total = random.nextInt(8) == 0 ? 1 + random.nextInt(40_000_000) : 0;
      GenerationRequest.Terms terms =
          new GenerationRequest.Terms(
              request.terms().cacheSalt(), new GenerationRequest.Deadlines(queue, total));
      return new GenerationRequest(request.prompt(), request.sampling(), request.stop(), terms);
    }

    void assertNothingLeaks() {
      EngineStatus.Load load = engine.status().load();
      assertThat(load)
          .as("load, seed %d", seed)
          .isEqualTo(new EngineStatus.Load(0, 0, 0, load.cachedPages(), LIMITS.numPages()));
      scheduler.checkIntegrity();
    }

    void assertOutputsEndAtTheCut() {
      long numDelivered = 0;
      for (Cut cut : cuts) {
        cut.assertConsistent(model, LIMITS.maxContext());
        numDelivered += cut.numTokens();
      }
      assertThat(engine.status().totals().outputTokens()).isEqualTo(numDelivered);
      assertThat(steps.numLate()).as("computed three steps after the cut").isZero();
    }
  }
}
