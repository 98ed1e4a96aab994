package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.Batch;
import dev.fovea.model.StepRunner.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests cut at random moments: waiting, in prefill, decoding, preempted, as they end. */
@Timeout(120)
class CancelStormTest {
  private static final int NUM_REQUESTS = 5_000;
  private static final int NUM_CLIENTS = 4;
  private static final int MAX_IN_FLIGHT = 120;
  private static final Limits LIMITS = new Limits(256, 16, 512, 14, 997);
  private static final EngineConfig CONFIG =
      new EngineConfig(256, 64, 16, new EngineConfig.Queue(MAX_IN_FLIGHT, 10_000_000));

  @Test
  void stormLeavesNothingBehind() throws Exception {
    long seed = new Random().nextLong();
    Storm storm = new Storm(NUM_REQUESTS, seed, Long.MAX_VALUE);
    storm.run();
    assertThat(storm.cuts).as("seed %d", seed).hasSize(NUM_REQUESTS);
    assertThat(storm.death).as("seed %d", seed).isNotDone();
    storm.assertNothingLeaks();
    storm.assertOutputsEndAtTheCut();
    assertThat(storm.engine.status().totals().preemptions()).isPositive();
    assertThat(storm.cuts.stream().filter(cut -> cut.isCutShort(storm.model)))
        .as("cut before their own end, seed %d", seed)
        .hasSizeGreaterThan(NUM_REQUESTS / 4)
        .anyMatch(cut -> cut.numTokens == 0);
  }

  @Test
  void plantedLeakOfOnePageIsCaught() throws Exception {
    Storm storm = new Storm(1_000, 3, 500);
    storm.run();
    assertThatThrownBy(storm::assertNothingLeaks).isInstanceOf(AssertionError.class);
    assertThatThrownBy(storm.scheduler::checkIntegrity).hasMessageMatching("page \\d+: .* got 1");
  }

  /** Clients on threads of their own, each with its own random choices. */
  private static final class Storm {
    final CompletableFuture<Throwable> death = new CompletableFuture<>();
    final List<Cut> cuts = new ArrayList<>();
    final FakeModel model = new FakeModel(LIMITS.vocabulary());
    final Engine engine;
    private final Scheduler scheduler = new Scheduler(CONFIG, new PagePool(LIMITS.numPages()));
    private final Semaphore places = new Semaphore(MAX_IN_FLIGHT);
    private final int numRequests;
    private final long seed;

    /**
     * @param leakStep the step in which a page gets an owner that never releases it
     */
    Storm(int numRequests, long seed, long leakStep) {
      this.numRequests = numRequests;
      this.seed = seed;
      FakeStepRunner.Script script =
          new FakeStepRunner.Script() {
            @Override
            public void onSubmit(long step, Batch batch) {
              if (step < leakStep) {
                scheduler.checkIntegrity();
              } else if (step == leakStep) {
                scheduler.pool().share(batch.entries().get(0).place().pages()[0]);
              }
            }

            @Override
            public void onAwait(long step) {
              // Slow enough that the clients keep up with it.
              LockSupport.parkNanos(20_000);
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
      boolean haveAllEnded = places.tryAcquire(MAX_IN_FLIGHT, 20, TimeUnit.SECONDS);
      assertThat(haveAllEnded).as("all ended within 20 s, seed %d", seed).isTrue();
      engine.close();
    }

    private void submitAndCut(Random random) {
      RandomRequests requests = new RandomRequests(random, LIMITS.vocabulary(), 200, 300);
      List<Cut> open = new ArrayList<>();
      for (int i = 0; i < numRequests / NUM_CLIENTS; i++) {
        places.acquireUninterruptibly();
        Cut cut = new Cut(requests.next(), random, places);
        try {
          cut.generation.set(engine.submit(cut.request, cut));
        } catch (RejectedException dead) {
          places.release();
          return;
        }
        synchronized (cuts) {
          cuts.add(cut);
        }
        open.add(cut);
        while (random.nextInt(3) == 0 && !open.isEmpty()) {
          open.remove(random.nextInt(open.size())).cutFromOutside(random.nextBoolean());
        }
      }
    }

    void assertNothingLeaks() {
      assertThat(engine.status().load())
          .as("load, seed %d", seed)
          .isEqualTo(new EngineStatus.Load(0, 0, 0, 0, LIMITS.numPages()));
      scheduler.checkIntegrity();
    }

    void assertOutputsEndAtTheCut() {
      long numDelivered = 0;
      for (Cut cut : cuts) {
        cut.assertConsistent(model.complete(cut.request, LIMITS.maxContext()));
        numDelivered += cut.numTokens;
      }
      assertThat(engine.status().totals().outputTokens()).isEqualTo(numDelivered);
    }
  }

  /** A request with its listener, who may cut it after some tokens; others may cut it any time. */
  private static final class Cut implements GenerationListener {
    final GenerationRequest request;
    final AtomicReference<Generation> generation = new AtomicReference<>();
    private final Semaphore places;
    private final int cutAfter;
    private final boolean isStop;
    private final int[] ids;
    private int numTokens;
    private int numEndings;
    private Ending ending;
    private boolean isCutFromInside;
    private int numCallsAfterCutFromInside;
    private volatile boolean isCutFromOutside;
    private int numCallsAfterCutFromOutside;

    Cut(GenerationRequest request, Random random, Semaphore places) {
      this.request = request;
      this.places = places;
      cutAfter = random.nextInt(150);
      isStop = random.nextBoolean();
      ids = new int[request.stop().maxTokens()];
    }

    void cutFromOutside(boolean asStop) {
      cut(asStop);
      isCutFromOutside = true;
    }

    @Override
    public void onTokens(int[] fresh) {
      numCallsAfterCutFromInside += isCutFromInside ? 1 : 0;
      numCallsAfterCutFromOutside += isCutFromOutside ? 1 : 0;
      System.arraycopy(fresh, 0, ids, numTokens, fresh.length);
      numTokens += fresh.length;
      if (numTokens > cutAfter && generation.get() != null) {
        cut(isStop);
        isCutFromInside = true;
      }
    }

    @Override
    public void onEnd(Ending how) {
      numEndings++;
      ending = how;
      places.release();
    }

    private void cut(boolean asStop) {
      if (asStop) {
        generation.get().stop();
      } else {
        generation.get().cancel();
      }
    }

    boolean isCutShort(FakeModel model) {
      return numTokens < model.complete(request, LIMITS.maxContext()).ids().length;
    }

    void assertConsistent(FakeModel.Output alone) {
      assertThat(numEndings).isEqualTo(1);
      assertThat(numCallsAfterCutFromInside).isZero();
      // A call may be on its way when another thread cuts.
      assertThat(numCallsAfterCutFromOutside).isLessThanOrEqualTo(1);
      boolean isNatural =
          ending.equals(new Ending.Finished(alone.reason(), alone.stopToken()))
              && numTokens == alone.ids().length;
      if (!isNatural) {
        assertThat(isCutFromInside || isCutFromOutside).isTrue();
        assertThat(ending)
            .isIn(new Ending.Cancelled(), new Ending.Finished(FinishReason.STOP, null));
      }
      assertThat(Arrays.copyOf(ids, numTokens)).isEqualTo(Arrays.copyOf(alone.ids(), numTokens));
    }
  }
}
